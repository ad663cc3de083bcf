//! Servers made of a shell and `sleep`.

use super::*;

/// A server that runs a script and is ready when it has said so.
#[derive(Debug)]
struct Script(&'static str);

impl Spec for Script {
    fn name(&self) -> String {
        "script".to_owned()
    }
    fn prepare(&self, _: &Path) -> Result<(), Error> {
        Ok(())
    }
    fn launch(&self) -> Launch {
        Launch::new("/bin/sh").args(["-c", self.0])
    }
    fn is_ready(&self, _: u32, log: &str) -> bool {
        log.contains("ready")
    }
    fn patience(&self) -> Duration {
        Duration::from_secs(5)
    }
}

/// A child in its group, one in a session of its own, and itself; says their ids.
const FAMILY: &str = "sleep 600 & echo $!; setsid sleep 600 & echo $!; echo ready; wait";

fn started(script: &'static str) -> (tempfile::TempDir, Result<Running<Script>, Error>) {
    let folder = tempfile::tempdir().unwrap();
    let running = Running::launch(Script(script), folder.path());
    (folder, running)
}

/// Ids of the server and all that it said it started.
fn family(server: &Running<Script>) -> Vec<u32> {
    let said = fs::read_to_string(server.log()).unwrap();
    said.lines().filter_map(|line| line.parse().ok()).chain(server.id()).collect()
}

fn is_alive(id: &u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.starts_with(" Z"))
}

#[test]
fn nothing_is_left_running_when_it_is_dropped() {
    let (_folder, server) = started(FAMILY);
    let server = server.unwrap();
    let family = family(&server);
    assert!(family.len() >= 3 && family.iter().all(is_alive), "{family:?}");
    drop(server);
    assert!(!family.iter().any(is_alive), "{family:?}");
}

#[test]
fn nothing_is_left_running_after_a_panic() {
    let (sender, ids) = std::sync::mpsc::channel();
    let panicked = std::thread::spawn(move || {
        let (_folder, server) = started(FAMILY);
        let server = server.unwrap();
        sender.send(family(&server)).unwrap();
        panic!("as a failing test does");
    })
    .join();
    assert!(panicked.is_err());
    let family = ids.recv().unwrap();
    assert!(family.len() >= 3 && !family.iter().any(is_alive), "{family:?}");
}

#[test]
fn it_outlives_the_thread_that_started_it() {
    let (_folder, server) =
        std::thread::spawn(|| started("echo ready; exec sleep 600")).join().unwrap();
    let mut server = server.unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert!(server.is_running());
}

#[test]
fn a_killed_server_is_noticed_and_can_be_started_again() {
    let (_folder, server) = started("echo ready; exec sleep 600");
    let mut server = server.unwrap();
    assert!(server.is_running());
    let first = server.id().unwrap();
    // By someone else, behind its back.
    let pid = rustix::process::Pid::from_raw(i32::try_from(first).unwrap()).unwrap();
    rustix::process::kill_process(pid, Signal::KILL).unwrap();
    let deadline = Instant::now() + Duration::from_secs(5);
    while server.is_running() && Instant::now() < deadline {
        std::thread::sleep(LOOK_EVERY);
    }
    assert!(!server.is_running());
    server.begin().unwrap();
    assert!(server.is_running());
    assert_ne!(server.id(), Some(first));
}

#[test]
fn a_restart_waits_for_its_own_sign_of_life() {
    let (_folder, server) = started("echo ready; exec sleep 600");
    let mut server = server.unwrap();
    server.spec.0 = "exec sleep 600";
    let error = server.restart().unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotReady);
    assert!(!server.is_running());
}

#[test]
fn one_that_ends_by_itself_says_what_its_log_says() {
    let (_folder, server) = started("echo no place left; exit 3");
    let error = server.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Ended);
    assert!(!error.is_retryable());
    let text = error.to_string();
    assert!(text.starts_with("script: ended by itself (exit status: 3); "), "{text}");
    assert!(text.ends_with("script.log ends with: no place left"), "{text}");
}

#[test]
fn one_that_never_gets_ready_is_ended() {
    let (folder, server) = started("sleep 600 & echo $!; wait");
    assert_eq!(server.unwrap_err().kind, ErrorKind::NotReady);
    let said = fs::read_to_string(folder.path().join("script.log")).unwrap();
    assert!(!is_alive(&said.trim().parse().unwrap()));
}

#[test]
fn one_that_is_asked_to_end_ends_in_its_own_way() {
    let (folder, server) = started("trap 'echo bye; exit' TERM; echo ready; sleep 600 & wait");
    server.unwrap().stop();
    assert!(fs::read_to_string(folder.path().join("script.log")).unwrap().ends_with("bye\n"));
}

#[test]
fn a_frozen_one_runs_and_does_nothing() {
    let (folder, server) = started("echo ready; while :; do echo more; sleep 0.02; done");
    let mut server = server.unwrap();
    let length = || fs::metadata(folder.path().join("script.log")).unwrap().len();
    server.freeze();
    std::thread::sleep(Duration::from_millis(100));
    let held = length();
    std::thread::sleep(Duration::from_millis(200));
    assert!(server.is_running());
    assert_eq!(length(), held);
    server.thaw();
    let deadline = Instant::now() + Duration::from_secs(5);
    while length() == held && Instant::now() < deadline {
        std::thread::sleep(LOOK_EVERY);
    }
    assert!(length() > held);
}
