//! From exec to exit: the order in which a server does things, by era.
//! Whatever goes wrong after the database was reached leaves the database as it is by then.

use std::io::{self, ErrorKind, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::api::Served;
use super::arguments::Arguments;
use super::config::Purpose;
use super::database;
use super::era::Era;
use super::exit::{Exit, in_go};
use super::http;
use super::log::{Level, Log};
use super::notify;
use super::places;
use super::random;
use super::signals::StopFlag;
use super::trailer::{Fault, Trailer};
use super::version_command::{make_data_directory, make_plugin_directories, no_i18n};

/// Runs until it is told to stop.
pub(crate) fn serve(trailer: Trailer, era: Era, arguments: &Arguments) -> Result<(), Exit> {
    slow_start(&trailer);
    let log = Log::new(era, true);
    if places::directory(era, "i18n").is_none() {
        return Err(lost(era, &log));
    }
    let loaded = database::configuration(&trailer, era, arguments, Purpose::Server)?;
    database::open_log(era, &loaded.config, &log);
    for warning in &loaded.warnings {
        log.write(Level::Warn, warning, &Value::Null);
    }
    log.info("Server is initializing...");
    let store = database::prepare(&trailer, era, &loaded.config, &log)?;
    make_data_directory(era, &loaded.config);
    make_plugin_directories(era, &loaded.config, &log);
    log.info(&identity(&trailer));
    faults_before_listening(&trailer, &log)?;
    listen(trailer, era, loaded.config, store, &log)
}

fn slow_start(trailer: &Trailer) {
    for fault in &trailer.faults {
        if let Fault::SlowStart(milliseconds) = fault {
            thread::sleep(Duration::from_millis(*milliseconds));
        }
    }
}

/// Started where it finds nothing.
fn lost(era: Era, log: &Log) -> Exit {
    if era.since(4, 3) {
        return no_i18n(era);
    }
    log.write(Level::Fatal, "Unable to find i18n directory", &Value::Null);
    Exit::silent(0)
}

fn identity(trailer: &Trailer) -> String {
    let Trailer { model_version, build_number, build_date, build_hash, .. } = trailer;
    format!("Current version is {model_version} ({build_number}/{build_date}/{build_hash}/none)")
}

fn faults_before_listening(trailer: &Trailer, log: &Log) -> Result<(), Exit> {
    if trailer.has(&Fault::PrintsTenMebibytesOfLog) {
        let line = "x".repeat(1024);
        for _ in 0..10 * 1024 {
            log.info(&line);
        }
    }
    if trailer.has(&Fault::ExitsEarlyWithZero) {
        return Err(Exit::silent(0));
    }
    if trailer.has(&Fault::NeverReady) {
        loop {
            thread::sleep(Duration::from_secs(3600));
        }
    }
    Ok(())
}

fn listen(
    trailer: Trailer,
    era: Era,
    config: Value,
    store: Box<dyn super::schema::Store>,
    log: &Log,
) -> Result<(), Exit> {
    let timings = trailer.timings.clone();
    let deaf = trailer.has(&Fault::IgnoresSigterm);
    let address = database::text(&config, "/ServiceSettings/ListenAddress").to_owned();
    log.info("Starting Server...");
    let taken = trailer.has(&Fault::FindsPortTaken);
    let listener = if taken { Err(ErrorKind::AddrInUse.into()) } else { bind(&address) };
    let stop = StopFlag::default();
    match listener {
        Ok(listener) => {
            open(listener, &address, Served::new(era, trailer, config, store), era, log, &stop);
        }
        Err(error) => {
            refused(era, &address, &error, log);
            thread::sleep(Duration::from_millis(timings.port_taken_ms));
            if !era.survives_a_taken_port() {
                return Err(Exit::silent(1));
            }
            stop.install();
        }
    }
    while deaf || !stop.is_set() {
        thread::sleep(Duration::from_millis(5));
    }
    log.info("Stopping Server...");
    thread::sleep(Duration::from_millis(if timings.stop_at_random && era.stops_late() {
        20 + random::below(15_000)
    } else {
        timings.stop_ms
    }));
    log.info("Server stopped");
    Ok(())
}

/// Opens the door in the order of the era.
fn open(
    listener: TcpListener,
    address: &str,
    served: Served,
    era: Era,
    log: &Log,
    stop: &StopFlag,
) {
    if era.catches_signals_early() {
        stop.install();
    }
    if era.notifies_first() {
        notify(log);
        thread::sleep(Duration::from_millis(50));
    }
    let served = Arc::new(served);
    http::serve(listener, move |request| served.answer(request));
    log.write(
        Level::Info,
        &format!("Server is listening on {address}"),
        &json!({ "address": address }),
    );
    if !era.catches_signals_early() {
        thread::sleep(Duration::from_millis(100));
    }
    if era.notifies() && !era.notifies_first() {
        notify(log);
    }
    if !era.catches_signals_early() {
        thread::sleep(Duration::from_millis(100));
        stop.install();
    }
    let _flushed = io::stdout().lock().flush();
}

fn notify(log: &Log) {
    log.info("Sending systemd READY notification.");
    notify::ready();
}

fn bind(address: &str) -> io::Result<TcpListener> {
    let Some(port) = address.strip_prefix(':') else {
        return TcpListener::bind(address);
    };
    TcpListener::bind(format!("[::]:{port}")).or_else(|error| {
        if error.kind() == ErrorKind::AddrInUse {
            return Err(error);
        }
        TcpListener::bind(format!("0.0.0.0:{port}"))
    })
}

fn refused(era: Era, address: &str, error: &io::Error, log: &Log) {
    let why = if error.kind() == ErrorKind::AddrInUse {
        "bind: address already in use".to_owned()
    } else {
        in_go(error)
    };
    log.write(
        Level::Fatal,
        &format!("Error starting server, err:listen tcp {address}: {why}"),
        &Value::Null,
    );
    if era.survives_a_taken_port() {
        log.info("Unable to listen; going on without a listener");
    }
}
