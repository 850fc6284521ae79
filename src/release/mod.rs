//! What is known of the releases that Mattermost has published, and by what their files are recognised.
//! Nothing is fetched and no file is opened here.

pub mod signature;
