//! The crash matrix of a whole hop, and of the way back after it: tree, modes, owners, settings, state and the rows of a
//! real database are as before, or as after an undisturbed run, whatever stopped it and however often.

mod host;
mod kills;
mod matrix;
mod moments;
mod people;
mod signals;
mod tools;
