//! `make bench-first`: the first response of functions as Lambda users experience it, with a share of a core
//! and TLS to both services, which take 5 ms for each call.
//!
//! [`share`] limits a process, [`held`] starts it below the limit, and [`subjects`] defines what is measured.
//! The services, their TLS and the runtime API run in this process and in the emulator's, without a limit.

mod held;
mod report;
mod share;
mod subjects;

use std::time::{Duration, Instant};

use testing::cloud::Cloud;
use testing::tls_front::{Authority, Front, Traffic};

use crate::measure::settled;
use crate::process::cpu;
use crate::subject::Subject;
use share::Share;

/// The time that each service takes for a call, in addition to that of the emulation.
const DELAY: Duration = Duration::from_millis(5);
/// The number of processes for each row.
const STARTS: usize = 15;
/// The memory of a function in MB.
const MEMORY: [u64; 3] = [128, 256, 512];

/// The time from which the process has only its share of a core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limited {
    /// Never.
    Never,
    /// From its start.
    FromStart(u64),
    /// From its first poll: Lambda does not limit the initialization.
    FromPoll(u64),
}

/// The services behind TLS.
pub struct Services {
    dynamodb: Front,
    secrets: Front,
}

/// What a process needed for its first response.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    /// From its start to its first poll.
    start: Phase,
    /// From its first poll to its response.
    answer: Phase,
}

/// A part of a first response.
#[derive(Debug, Clone, Copy)]
pub struct Phase {
    wall: Duration,
    cpu: Duration,
    /// DynamoDB and Secrets Manager.
    traffic: [Traffic; 2],
}

/// The samples of a subject under one limit.
pub struct Row {
    limited: Limited,
    samples: Vec<Sample>,
}

/// Measures the functions with these names, or all three, and prints the results.
///
/// # Errors
/// When this machine cannot limit a process.
pub async fn run(names: &[String]) -> Result<(), String> {
    let share = Share::new()?;
    // It inherits the group of this process.
    let cloud = Cloud::start().await;
    subjects::prepare(&cloud).await;
    let authority = Authority::new();
    let services = Services {
        dynamodb: Front::start(&authority, &cloud.dynamodb, DELAY).await,
        secrets: Front::start(&authority, &cloud.emulator.url, DELAY).await,
    };
    report::heading(share.version());
    let (all, mut account) = (subjects::all(&cloud, &services, &authority), 0);
    for subject in
        all.iter().filter(|subject| names.is_empty() || names.iter().any(|name| name == subject.name))
    {
        let mut rows = Vec::new();
        for limited in limits() {
            let mut samples = Vec::new();
            for _ in 0..STARTS {
                account += 1;
                samples.push(sample(subject, &services, &share, limited, account).await);
            }
            rows.push(Row { limited, samples });
        }
        report::subject(subject.name, &rows);
    }
    Ok(())
}

fn limits() -> Vec<Limited> {
    let shares = MEMORY.iter().flat_map(|memory| [Limited::FromPoll(*memory), Limited::FromStart(*memory)]);
    std::iter::once(Limited::Never).chain(shares).collect()
}

impl Services {
    fn traffic(&self) -> [Traffic; 2] {
        [self.dynamodb.traffic(), self.secrets.traffic()]
    }
}

/// Starts a process and gets its first response.
async fn sample(
    subject: &Subject,
    services: &Services,
    share: &Share,
    limited: Limited,
    account: usize,
) -> Sample {
    let event = subjects::with_account(&subject.event, account);
    share.limit(None).expect("a group");
    let mut instance = held::hold(subject).await;
    share.admit(instance.id()).expect("a process");
    let (held_cpu, before) = (cpu(instance.id()), services.traffic());
    if let Limited::FromStart(memory) = limited {
        share.limit(Some(memory)).expect("a quota");
    }
    let began = Instant::now();
    held::release(&instance);
    (&mut instance.started).await.expect("the function polls");
    let (start, polled) = (began.elapsed(), Instant::now());
    if let Limited::FromPoll(memory) = limited {
        share.limit(Some(memory)).expect("a quota");
    }
    let (start_cpu, between) = (cpu(instance.id()), services.traffic());
    let answer = instance.invoke(event).await.expect("a response");
    let wall = polled.elapsed();
    assert!(subject.is_right(&answer), "{}: {answer}", subject.name);
    share.limit(None).expect("a group");
    let end_cpu = settled(&instance).await;
    let after = services.traffic();
    let traffic = |to: [Traffic; 2], from: [Traffic; 2]| [to[0] - from[0], to[1] - from[1]];
    Sample {
        start: Phase {
            wall: start,
            cpu: start_cpu.saturating_sub(held_cpu),
            traffic: traffic(between, before),
        },
        answer: Phase { wall, cpu: end_cpu.saturating_sub(start_cpu), traffic: traffic(after, between) },
    }
}
