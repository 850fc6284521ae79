//! The examples as they are written: Ansible reads every one, and mmembed reads what they write.

use super::ansible::{Ansible, playbooks};
use crate::support::said::Said;

#[test]
fn every_playbook_is_read_with_the_inventory_beside_it() {
    let Some(ansible) = Ansible::or_say_so("every_playbook_is_read") else { return };
    let playbooks = playbooks();
    assert_eq!(playbooks, ["cluster.yml", "recover.yml", "site.yml", "status.yml"]);
    let mut command = ansible.command("ansible-playbook");
    let said = Said::of(command.arg("--syntax-check").args(&playbooks).output().unwrap());
    let said = said.expect(0);
    for playbook in playbooks {
        assert!(said.stdout.contains(&format!("playbook: {playbook}")), "{}", said.all());
    }
}
