//! One subject's figures: many starts, a first invocation each, then many warm invocations.

use std::time::{Duration, Instant};

use testing::runtime::Instance;

use crate::process::{cpu, peak_kib};
use crate::proxy::Proxy;
use crate::subject::Subject;

/// Processes started.
const STARTS: usize = 20;
/// Warm invocations that are not measured, and those that are, in blocks of so many.
const WARM_UP: usize = 200;
const BLOCKS: usize = 20;
const BLOCK: usize = 100;

/// What one subject uses. CPU is user and system time of its process.
pub struct Figures {
    /// Process start to first poll.
    pub start: Spread,
    /// The first invocation's CPU.
    pub first: Spread,
    /// CPU of a warm invocation, by blocks of 100.
    pub warm: Spread,
    /// A warm invocation as the caller sees it.
    pub warm_wall: Spread,
    /// Peak memory after all of it, in KiB.
    pub peak_kib: u64,
    /// Calls to DynamoDB of a first and of a warm invocation, the most of any.
    pub calls: (u64, u64),
}

/// Median and quartiles.
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

/// Measures `subject`, whose DynamoDB is behind `proxy`.
///
/// # Panics
/// When the binary is not built or answers wrongly.
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

/// How long a warm invocation of `subject` takes as its caller sees it, of 10.
///
/// # Panics
/// As [`measure`].
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

/// A process that waits for its first event.
async fn started(subject: &Subject) -> Instance {
    let mut instance = Instance::start(&subject.binary, &subject.environment).await;
    (&mut instance.started).await.expect("it polls");
    settled(&instance).await;
    instance
}

/// The CPU used once the process sleeps: it goes on for a moment after its poll has come in.
async fn settled(instance: &Instance) -> Duration {
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
    let answer = instance.invoke(subject.event.clone()).await.expect("an answer");
    assert!(subject.is_right(&answer), "{}: {answer}", subject.name);
}
