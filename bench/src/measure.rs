//! The figures of a subject: many starts, a first invocation after each, then many warm invocations.

use std::time::{Duration, Instant};

use testing::runtime::Instance;

use crate::process::{cpu, peak_kib};
use crate::proxy::Proxy;
use crate::subject::Subject;

/// The number of processes that are started.
const STARTS: usize = 20;
/// The number of warm invocations before the measurement, and of those that are measured, in blocks.
const WARM_UP: usize = 200;
const BLOCKS: usize = 20;
const BLOCK: usize = 100;

/// The resources that a subject uses. CPU is the user and system time of its process.
pub struct Figures {
    /// From the start of the process to its first poll.
    pub start: Spread,
    /// CPU time of the first invocation.
    pub first: Spread,
    /// CPU time of a warm invocation, measured in blocks of 100.
    pub warm: Spread,
    /// Elapsed time of a warm invocation for the caller.
    pub warm_wall: Spread,
    /// Peak memory at the end, in KiB.
    pub peak_kib: u64,
    /// The maximum numbers of calls to DynamoDB in a first and in a warm invocation.
    pub calls: (u64, u64),
}

/// The median and the quartiles.
#[derive(Clone, Copy)]
pub struct Spread {
    /// The lower quartile.
    pub low: Duration,
    /// The median.
    pub median: Duration,
    /// The upper quartile.
    pub high: Duration,
}

impl Spread {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        let at = |quarter: usize| times[(times.len() - 1) * quarter / 4];
        Self { low: at(1), median: at(2), high: at(3) }
    }
}

/// Measures `subject`, which calls DynamoDB through `proxy`.
///
/// # Panics
/// When the binary is not built or returns a wrong response.
pub async fn measure(subject: &Subject, proxy: &Proxy) -> Figures {
    let (mut starts, mut firsts, mut most) = (Vec::new(), Vec::new(), 0);
    for _ in 0..STARTS {
        let instance = started(subject).await;
        let (start, calls) = (cpu(instance.id()), proxy.calls());
        ask(subject, &instance).await;
        starts.push(start);
        firsts.push(settled(&instance).await.saturating_sub(start));
        most = most.max(proxy.calls() - calls);
    }
    let instance = started(subject).await;
    let (mut blocks, mut walls) = (Vec::new(), Vec::new());
    for _ in 0..WARM_UP {
        ask(subject, &instance).await;
    }
    let calls = proxy.calls();
    for _ in 0..BLOCKS {
        let before = settled(&instance).await;
        for _ in 0..BLOCK {
            let began = Instant::now();
            ask(subject, &instance).await;
            walls.push(began.elapsed());
        }
        blocks
            .push(settled(&instance).await.saturating_sub(before) / u32::try_from(BLOCK).unwrap_or(u32::MAX));
    }
    Figures {
        start: Spread::of(starts),
        first: Spread::of(firsts),
        warm: Spread::of(blocks),
        warm_wall: Spread::of(walls),
        peak_kib: peak_kib(instance.id()),
        calls: (most, proxy.calls() - calls),
    }
}

/// The elapsed time of a warm invocation of `subject` for its caller, over 10 invocations.
///
/// # Panics
/// As for [`measure`].
pub async fn wall(subject: &Subject) -> Spread {
    let instance = started(subject).await;
    ask(subject, &instance).await;
    let mut walls = Vec::new();
    for _ in 0..10 {
        let began = Instant::now();
        ask(subject, &instance).await;
        walls.push(began.elapsed());
    }
    Spread::of(walls)
}

/// Starts a process and waits for its first poll.
async fn started(subject: &Subject) -> Instance {
    let mut instance = Instance::start(&subject.binary, &subject.environment).await;
    (&mut instance.started).await.expect("the function polls");
    settled(&instance).await;
    instance
}

/// The CPU time once the process sleeps, because it works for a moment after its poll has arrived.
///
/// # Panics
/// When the process does not exist.
pub async fn settled(instance: &Instance) -> Duration {
    let mut before = cpu(instance.id());
    loop {
        tokio::time::sleep(Duration::from_millis(3)).await;
        let now = cpu(instance.id());
        if now == before {
            return now;
        }
        before = now;
    }
}

async fn ask(subject: &Subject, instance: &Instance) {
    let answer = instance.invoke(subject.event.clone()).await.expect("a response");
    assert!(subject.is_right(&answer), "{}: {answer}", subject.name);
}
