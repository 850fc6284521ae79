use std::collections::BTreeSet;

use super::*;

#[test]
fn an_unseen_listener_counts_as_the_server_if_its_user_opened_it() {
    let unseen = |users: &[u32]| Hold::Unseen {
        users: users.iter().copied().collect::<BTreeSet<_>>(),
    };
    for (hold, expected) in [
        (Hold::Process, Answering::Server),
        (Hold::Nobody, Answering::Nobody),
        (Hold::Another, Answering::Another),
        (unseen(&[990]), Answering::Server),
        (unseen(&[0]), Answering::Another),
        (unseen(&[0, 990]), Answering::Another),
    ] {
        assert_eq!(answering(&hold, 990), expected, "{hold:?}");
    }
}
