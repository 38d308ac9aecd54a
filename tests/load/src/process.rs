//! CPU and memory of a process or of this thread, from `/proc`. Linux only; reads, never writes.

use anyhow::Context as _;

/// Ticks a second in `/proc/PID/stat`: 100 on every Linux this runs on (`USER_HZ`).
const TICKS: f64 = 100.0;

/// Seconds of CPU a process has used, all its threads, ended ones too.
pub(crate) fn cpu_s(pid: u32) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("no process {pid}"))?;
    cpu_of_stat(&stat).context("unknown form of /proc/PID/stat")
}

fn cpu_of_stat(stat: &str) -> Option<f64> {
    // The name may hold spaces and brackets; the fields after its last bracket begin with the third (proc(5)).
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |n: usize| fields.get(n - 3)?.parse::<f64>().ok();
    Some((ticks(14)? + ticks(15)?) / TICKS)
}

/// Resident memory in MB (10⁶ bytes).
pub(crate) fn rss_mb(pid: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).with_context(|| format!("no process {pid}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().context("unknown form of VmRSS")?;
    Ok(kib * 1024.0 / 1e6)
}

/// Descriptors a process has open.
pub(crate) fn files(pid: u32) -> anyhow::Result<u64> {
    Ok(std::fs::read_dir(format!("/proc/{pid}/fd")).with_context(|| format!("no process {pid}"))?.count() as u64)
}

/// Threads of a process.
pub(crate) fn threads(pid: u32) -> anyhow::Result<u64> {
    Ok(std::fs::read_dir(format!("/proc/{pid}/task")).with_context(|| format!("no process {pid}"))?.count() as u64)
}

/// Seconds of CPU the calling thread has used, to the nanosecond.
pub(crate) fn thread_cpu_s() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").context("no /proc/thread-self/schedstat")?;
    let nanos: f64 = text.split_whitespace().next().context("empty schedstat")?.parse()?;
    Ok(nanos / 1e9)
}

/// Lets the calling thread run on the cores a process may run on, and no others.
pub(crate) fn run_where(pid: u32) -> anyhow::Result<()> {
    let process = i32::try_from(pid).ok().and_then(rustix::thread::Pid::from_raw).context("no process 0")?;
    let cores = rustix::thread::sched_getaffinity(Some(process)).context("on which cores the server runs")?;
    rustix::thread::sched_setaffinity(None, &cores).context("to run where the server runs")
}

/// Most files this process may have open.
pub(crate) fn files_max() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_brackets_do_not_shift_the_fields() {
        let stat = "7 (a) b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 1 0";
        assert_eq!(cpu_of_stat(stat), Some(3.0));
        assert_eq!(cpu_of_stat("7 (a"), None);
    }

    #[test]
    fn this_process_can_be_read() {
        let pid = std::process::id();
        assert!(cpu_s(pid).unwrap() >= 0.0 && rss_mb(pid).unwrap() > 0.5 && thread_cpu_s().unwrap() > 0.0);
        assert!(files_max().unwrap() > 0 && files(pid).unwrap() > 2 && threads(pid).unwrap() >= 1);
    }
}
