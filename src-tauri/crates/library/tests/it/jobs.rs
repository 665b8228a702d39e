//! Rows of jobs: transitions, claims across processes, recovery.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use swath_domain::{Estimate, Job, JobError, JobId, JobState, Plan, Progress, Stage, StageProgress, Target};
use swath_library::{Library, LibraryError};

use crate::common::{at, job_in, library, noon, publication, request, scene};

#[test]
fn every_transition_is_allowed_or_refused_as_the_domain_says() {
    let (_dir, library) = library();
    for from in JobState::ALL {
        for to in JobState::ALL {
            let job = job_in(&library, from);
            let result = library.jobs().transition(job.id, to, None, noon());
            match result {
                Ok(moved) => {
                    assert!(from.may_become(to), "{from} -> {to}");
                    assert_eq!(moved.state, to);
                    assert_eq!(moved, library.jobs().get(job.id).unwrap(), "{from} -> {to}");
                    assert_eq!(moved.finished.is_some(), to.is_final());
                }
                Err(LibraryError::State { from: f, to: t }) => {
                    assert!((f, t) == (from, to) && !from.may_become(to), "{from} -> {to}");
                    assert_eq!(library.jobs().get(job.id).unwrap(), job);
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}

#[test]
fn a_job_keeps_its_story() {
    let (_dir, library) = library();
    let jobs = library.jobs();
    let job = jobs.insert(&request("夏天"), noon()).unwrap();
    assert_eq!((job.name.as_str(), job.state, job.bbox, job.bands.len()), ("夏天", JobState::Queued, [15.0, 45.0, 15.1, 45.1], 2));
    let started = at("2025-08-18T12:01:00.123456789Z");
    assert_eq!(jobs.transition(job.id, JobState::Running, None, started).unwrap().started, Some(started));
    let stages = vec![StageProgress { stage: Stage::Masks, done: 3, total: 9 }];
    let progress = Progress { stages, fetched_bytes: 1 << 40, bytes_per_second: 0.5, ..Progress::default() };
    jobs.save_progress(job.id, &progress).unwrap();
    jobs.set_scenes(job.id, &[scene("a", [15.0, 45.0, 16.0, 46.0], "2025-06-03T10:00:00Z", Some(5.0))]).unwrap();
    assert_eq!(jobs.request(job.id).unwrap().scenes.len(), 1);
    assert_eq!(jobs.plan(job.id).unwrap(), None);
    let grid = publication(&job, "t", library.folders().data()).grid;
    let blocks = grid.blocks(32, (0, 0));
    let outline = request("t").recipe.area.shape().clone();
    let target = Target { grid, outline, clip: true };
    let plan = Plan { target, bands: job.bands.clone(), blocks, looks: vec![], left_out: vec![], estimate: Estimate::default() };
    jobs.set_plan(job.id, &plan).unwrap();
    assert_eq!(jobs.plan(job.id).unwrap(), Some(plan));
    let error = JobError { code: "provider-failed".into(), message: "it did".into() };
    let failed = jobs.transition(job.id, JobState::Failed, Some(error.clone()), noon()).unwrap();
    assert_eq!((failed.error, failed.progress, failed.finished), (Some(error), progress, Some(noon())));
    let again = jobs.transition(job.id, JobState::Queued, None, noon()).unwrap();
    assert_eq!((again.error, again.finished), (None, None));
    let second = jobs.insert(&request("later"), noon()).unwrap();
    assert_eq!(jobs.list().unwrap().iter().map(|j| j.id).collect::<Vec<_>>(), [second.id, job.id]);
}

#[test]
fn what_is_not_there_is_said_to_be_missing() {
    let (_dir, library) = library();
    let (jobs, none) = (library.jobs(), JobId(99));
    let errors = [
        jobs.get(none).map(drop),
        jobs.request(none).map(drop),
        jobs.plan(none).map(drop),
        jobs.set_scenes(none, &[]),
        jobs.save_progress(none, &Progress::default()),
        jobs.transition(none, JobState::Running, None, noon()).map(drop),
        jobs.claim(none).map(drop),
        jobs.remove(none),
    ];
    for error in errors.map(Result::unwrap_err) {
        assert_eq!(error.code(), "not-found");
        assert!(error.to_string().contains("job 99"), "{error}");
    }
}

#[test]
fn of_many_that_start_a_job_at_once_one_does() {
    let (dir, library) = library();
    let job = job_in(&library, JobState::Queued);
    let won = std::thread::scope(|scope| {
        let tries: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| Library::open(dir.path()).unwrap().jobs().transition(job.id, JobState::Running, None, noon()).is_ok()))
            .collect();
        tries.into_iter().filter_map(|t| t.join().ok()).filter(|won| *won).count()
    });
    assert_eq!(won, 1);
}

#[test]
fn a_claim_excludes_other_handles_until_it_is_dropped() {
    let (dir, library) = library();
    let other = Library::open(dir.path()).unwrap();
    let job = job_in(&library, JobState::Running);
    let claim = library.jobs().claim(job.id).unwrap().unwrap();
    assert!(other.jobs().claim(job.id).unwrap().is_none() && library.jobs().claim(job.id).unwrap().is_none());
    assert_eq!(other.jobs().recover(noon()).unwrap(), []);
    drop(claim);
    assert_eq!(other.jobs().recover(noon()).unwrap(), [job.id]);
    assert_eq!(other.jobs().get(job.id).unwrap().state, JobState::Interrupted);
    assert_eq!(library.jobs().recover(noon()).unwrap(), []);
}

/// Not a test of its own: the process that runs a job in the test below.
#[test]
#[ignore = "run by another test in a process of its own"]
fn holder() {
    let Some(dir) = std::env::var_os("SWATH_TEST_HOLD") else { return };
    let library = Library::open(dir.as_ref()).unwrap();
    let job = library.jobs().list().unwrap()[0].id;
    let _claim = library.jobs().claim(job).unwrap().unwrap();
    library.jobs().transition(job, JobState::Running, None, noon()).unwrap();
    println!("\nholding");
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn a_job_of_a_killed_process_is_interrupted_and_of_a_living_one_is_not() {
    let (dir, library) = library();
    let Job { id, .. } = job_in(&library, JobState::Queued);
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "jobs::holder", "--ignored", "--nocapture"])
        .env("SWATH_TEST_HOLD", dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "holding"));
    assert!(library.jobs().claim(id).unwrap().is_none());
    assert_eq!(library.jobs().recover(noon()).unwrap(), []);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(library.jobs().recover(noon()).unwrap(), [id]);
    assert!(library.jobs().claim(id).unwrap().is_some());
}

#[test]
fn only_ended_jobs_are_removed_and_their_unfinished_work_with_them() {
    let (dir, library) = library();
    for state in JobState::ALL {
        let job = job_in(&library, state);
        let staging = library.folders().staging_of(job.id);
        std::fs::create_dir_all(staging.join("blocks")).unwrap();
        drop(library.jobs().claim(job.id).unwrap());
        assert_eq!(library.jobs().remove(job.id).is_ok(), state.is_final(), "{state}");
        assert_eq!(staging.exists(), !state.is_final(), "{state}");
        assert_eq!(library.jobs().get(job.id).is_ok(), !state.is_final());
    }
    // What a crash left of a removed job goes when the library is opened, and numbers are not used again.
    let last = job_in(&library, JobState::Cancelled).id;
    library.jobs().remove(last).unwrap();
    std::fs::create_dir_all(library.folders().staging_of(last)).unwrap();
    let kept = library.folders().staging_of(library.jobs().list().unwrap()[0].id);
    let again = Library::open(dir.path()).unwrap();
    assert!(!again.folders().staging_of(last).exists() && kept.exists());
    assert!(job_in(&again, JobState::Queued).id > last);
}
