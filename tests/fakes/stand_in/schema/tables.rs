//! Which tables which version has: the counts are those seen, the assignment of names to versions is made up.
//! No database is touched here.

use crate::era::Era;

/// A table, when it came, and when it went.
struct Table(&'static str, Era, Option<Era>);

const FIRST: Era = Era(0, 0);

/// 22 tables at 3.5, 24 at 3.10, 27 at 4.2, 30 at 4.10, 31 at 5.3, 39 at 5.9, 46 at 5.30, 54 from 5.37 on (the tables of
/// the migration engines not counted), 60 at 7.8. What 9.11, 10.11 and 11.7 have (64, 70, 76) nobody has looked at.
const TABLES: &[Table] = &[
    Table("teams", FIRST, None),
    Table("users", FIRST, None),
    Table("channels", FIRST, None),
    Table("posts", FIRST, None),
    Table("systems", FIRST, None),
    Table("fileinfo", FIRST, None),
    Table("audits", FIRST, None),
    Table("channelmembers", FIRST, None),
    Table("commands", FIRST, None),
    Table("compliances", FIRST, None),
    Table("emoji", FIRST, None),
    Table("incomingwebhooks", FIRST, None),
    Table("licenses", FIRST, None),
    Table("oauthaccessdata", FIRST, None),
    Table("oauthapps", FIRST, None),
    Table("oauthauthdata", FIRST, None),
    Table("outgoingwebhooks", FIRST, None),
    Table("preferences", FIRST, None),
    Table("sessions", FIRST, None),
    Table("status", FIRST, None),
    Table("teammembers", FIRST, None),
    Table("tokens", FIRST, None),
    Table("reactions", Era(3, 6), None),
    Table("jobstatuses", Era(3, 6), Some(Era(4, 0))),
    Table("jobs", Era(4, 0), None),
    Table("useraccesstokens", Era(4, 0), None),
    Table("clusterdiscovery", Era(4, 0), None),
    Table("commandwebhooks", Era(4, 0), None),
    Table("channelmemberhistory", Era(4, 3), None),
    Table("pluginkeyvaluestore", Era(4, 3), None),
    Table("roles", Era(4, 3), None),
    Table("schemes", Era(5, 0), None),
    Table("groupchannels", Era(5, 4), None),
    Table("groupmembers", Era(5, 4), None),
    Table("groupteams", Era(5, 4), None),
    Table("linkmetadata", Era(5, 4), None),
    Table("publicchannels", Era(5, 4), None),
    Table("termsofservice", Era(5, 4), None),
    Table("usergroups", Era(5, 4), None),
    Table("usertermsofservice", Era(5, 4), None),
    Table("bots", Era(5, 10), None),
    Table("productnoticeviewstate", Era(5, 28), None),
    Table("sidebarcategories", Era(5, 26), None),
    Table("sidebarchannels", Era(5, 26), None),
    Table("threadmemberships", Era(5, 30), None),
    Table("threads", Era(5, 30), None),
    Table("uploadsessions", Era(5, 28), None),
    Table("remoteclusters", Era(5, 31), None),
    Table("sharedchannels", Era(5, 31), None),
    Table("sharedchannelremotes", Era(5, 31), None),
    Table("sharedchannelusers", Era(5, 31), None),
    Table("sharedchannelattachments", Era(5, 31), None),
    Table("retentionpolicies", Era(5, 35), None),
    Table("retentionpoliciesteams", Era(5, 35), None),
    Table("retentionpolicieschannels", Era(5, 35), None),
    Table("recentsearches", Era(7, 1), None),
    Table("drafts", Era(7, 1), None),
    Table("notifyadmin", Era(7, 1), None),
    Table("postspriority", Era(7, 1), None),
    Table("postacknowledgements", Era(7, 1), None),
    Table("postreminders", Era(7, 1), None),
    Table("persistentnotifications", Era(7, 9), None),
    Table("trueupreviewhistory", Era(7, 9), None),
    Table("desktoptokens", Era(9, 0), None),
    Table("outgoingoauthconnections", Era(9, 5), None),
    Table("channelbookmarks", Era(10, 0), None),
    Table("scheduledposts", Era(10, 0), None),
    Table("propertyfields", Era(10, 0), None),
    Table("propertygroups", Era(10, 0), None),
    Table("propertyvalues", Era(10, 0), None),
    Table("accesscontrolpolicies", Era(10, 8), None),
    Table("accesscontrolpolicyhistory", Era(11, 0), None),
    Table("contentflaggingcommonreviewers", Era(11, 0), None),
    Table("contentflaggingteamreviewers", Era(11, 0), None),
    Table("contentflaggingteamsettings", Era(11, 0), None),
    Table("readreceipts", Era(11, 0), None),
    Table("temporaryposts", Era(11, 0), None),
];

/// The tables that a server of this era makes, oldest first.
pub(super) fn of(era: Era) -> Vec<&'static str> {
    let live = TABLES
        .iter()
        .filter(|Table(_, came, went)| *came <= era && went.is_none_or(|went| era < went));
    live.map(|Table(name, _, _)| *name).collect()
}

/// The tables that a server of this era drops when it brings a schema up to date.
pub(super) fn gone(era: Era) -> Vec<&'static str> {
    let gone = TABLES.iter().filter(|Table(_, _, went)| went.is_some_and(|went| went <= era));
    gone.map(|Table(name, _, _)| *name).collect()
}

/// What the migration engine from 6.4 on makes: the table, and the version that it came with.
///
/// In an order in which the first 13 meet exactly five tables younger than 5.3, as the failed jump from 5.3 did.
pub(super) fn in_morph_order(era: Era) -> Vec<(&'static str, Era)> {
    let (old, young): (Vec<_>, Vec<_>) = TABLES
        .iter()
        .filter(|Table(_, came, went)| *came <= era && went.is_none())
        .partition(|Table(_, came, _)| *came <= Era(5, 3));
    let (first_old, later_old) = old.split_at(old.len().min(8));
    let (first_young, later_young) = young.split_at(young.len().min(5));
    let ordered = [first_old, first_young, later_old, later_young].concat();
    ordered.iter().map(|Table(name, came, _)| (*name, *came)).collect()
}

/// The columns of a table whose rows matter, as `PostgreSQL` has them.
pub(super) fn columns(table: &str) -> &'static str {
    match table {
        "systems" => "name varchar(64) PRIMARY KEY, value varchar(1024)",
        "users" => {
            "id varchar(26) PRIMARY KEY, createat bigint, updateat bigint, deleteat bigint, \
             username varchar(64) UNIQUE, email varchar(128)"
        }
        "posts" => {
            "id varchar(26) PRIMARY KEY, createat bigint, updateat bigint, deleteat bigint, \
             userid varchar(26), channelid varchar(26), message varchar(65535)"
        }
        "channels" => {
            "id varchar(26) PRIMARY KEY, createat bigint, updateat bigint, deleteat bigint, \
             teamid varchar(26), type varchar(1), name varchar(64)"
        }
        "fileinfo" => {
            "id varchar(26) PRIMARY KEY, creatorid varchar(26), postid varchar(26), createat bigint, \
             path varchar(512), name varchar(256)"
        }
        "db_migrations" => "version bigint PRIMARY KEY, name varchar NOT NULL",
        "db_lock" => "id varchar(64) PRIMARY KEY, expireat bigint",
        "schema_migrations" => "version bigint PRIMARY KEY, dirty boolean NOT NULL",
        "configurations" => {
            "id varchar(26) PRIMARY KEY, value text NOT NULL, createat bigint NOT NULL, active boolean"
        }
        _ => "id varchar(26) PRIMARY KEY, createat bigint",
    }
}
