namespace Attendance.Tests.Faults;

/// <summary>One row of the table: the fault, and the time within which the camera must be free or live again.</summary>
/// <param name="IsEmulated">Whether the fault is measured on an emulated machine, which is too slow for the bound of a real one.</param>
public sealed record FaultRow(string Fault, TimeSpan Bound, string Promise, bool IsEmulated = false)
{
    public static readonly FaultRow
        ClientReleases = new("client releases", Milliseconds(250), "free within 250 ms"),
        TabClosed = new("tab closed", Seconds(1), "free within 1 s"),
        PageLeft = new("page left for another", Seconds(1), "free within 1 s of the next page's answer"),
        PageReloaded = new("page reloaded", Seconds(2), "live again within 2 s, same lease"),
        BrowserKilled = new("browser process killed", Seconds(4), "free within 4 s"),
        RendererCrashed = new("page's process crashes", Seconds(4), "free within 4 s"),
        NetworkCut = new("browser's machine vanishes, network cut", Seconds(15), "free within 15 s"),
        TabHidden = new("tab hidden for longer than timers run and a TTL", Seconds(2), "kept, live again within 2 s of being shown"),
        PageFrozen = new("page frozen", Seconds(1), "free within 1 s"),
        PageThawed = new("frozen page shown again", Seconds(3), "back within 3 s"),
        KioskClosed = new("kiosk's tab closed", Seconds(1), "free within 1 s"),
        KioskKilled = new("kiosk's browser killed", Seconds(4), "free within 4 s"),
        KioskStopped = new("kiosk's machine stops (SIGSTOP of its browser)", Seconds(15), "free within 15 s"),
        KioskCut = new("kiosk's network cut", Seconds(15), "free within 15 s"),
        KioskBack = new("kiosk's network is back", Seconds(20), "holds its camera again by itself within 20 s"),
        WebKilled = new("Web killed", Seconds(4), "free within 4 s"),
        ApiInterrupted = new("CameraApi SIGINT", Seconds(5), "all free within 5 s, exit code 0"),
        ApiInterruptedWedged = new("CameraApi SIGINT, driver hangs, SIGTERM ignored", Seconds(5), "all free within 5 s, exit code 0"),
        ApiTerminated = new("CameraApi SIGTERM", Seconds(5), "all free within 5 s, exit code 0"),
        ApiTerminatedWedged = new("CameraApi SIGTERM, driver hangs, SIGTERM ignored", Seconds(5), "all free within 5 s, exit code 0"),
        ApiTerminatedTwice = new("CameraApi SIGTERM, SIGINT, SIGTERM, driver hangs", Seconds(5), "all free within 5 s, exit code 0"),
        ApiTerminatedOpening = new("CameraApi SIGTERM during an acquire, driver hangs in open", Seconds(5), "all free within 5 s, exit code 0"),
        ApiTerminatedReleasing = new("CameraApi SIGTERM during a release, driver hangs in close", Seconds(5), "all free within 5 s, exit code 0"),
        ApiKilled = new("CameraApi SIGKILL", Seconds(1), "free within 1 s"),
        ApiKilledWedged = new("CameraApi SIGKILL, driver hangs, SIGTERM ignored", Seconds(1), "free within 1 s"),
        ApiRestarted = new("CameraApi started again after SIGKILL", Seconds(5), "leases settled within 5 s of the start of its process"),
        AppHostStoppedFree = new("AppHost SIGINT, SIGTERM: cameras", Seconds(1), "all free within 1 s"),
        AppHostStopped = new("AppHost SIGINT, SIGTERM: our processes", Seconds(4), "none left after 4 s, exit code 0"),
        OrchestratorStopped = new("AppHost SIGINT, SIGTERM: Aspire's orchestrator", Seconds(8), "gone after 8 s"),
        AppHostKilledFree = new("AppHost SIGKILL, a driver hangs: cameras", Seconds(3), "all free within 3 s"),
        AppHostKilled = new("AppHost SIGKILL, a driver hangs: processes", Seconds(8), "none left after 8 s"),
        RunnerKilled = new("CameraApi's `dotnet run` SIGKILL", Seconds(5), "all free within 5 s, started again"),
        WorkerCrashes = new("worker crashes (SIGSEGV)", Seconds(2), "back within 2 s, same lease"),
        BrokenRecords = new("worker sends what is no record", Seconds(2), "back within 2 s, same lease"),
        NoPictures = new("driver delivers what is no JPEG", Seconds(8), "back within 8 s, same lease"),
        HangsInRead = new("driver hangs in read", Seconds(8), "back within 8 s, same lease"),
        HangsInClose = new("driver hangs in close", Seconds(4), "free within 4 s"),
        HangsInCloseStubborn = new("driver hangs in close, SIGTERM ignored", Seconds(4), "free within 4 s"),
        HangsInOpen = new("driver hangs in open", OpenTimeout + Seconds(4), "given up at the open time-out (10 s), free within 4 s more"),
        NotProvenFree = new("worker's end cannot be shown", Seconds(4), "quarantined within 4 s"),
        NotProvenFreeBack = new("what kept the camera quarantined is gone", Seconds(15), "back by itself within 15 s"),
        Unplugged = new("device unplugged (emulated machine)", Seconds(2), "missing within 2 s, its lease waits", IsEmulated: true),
        PluggedIn = new("device plugged in again (emulated machine)", Seconds(3), "back within 3 s, same lease", IsEmulated: true),
        StoreDown = new("store down for less than the TTL", Seconds(1), "nothing released; acquires refused within 1 s"),
        StoreBack = new("store back after less than the TTL", Seconds(5), "the lease renewed, acquires granted within 5 s of the start of its process"),
        StoreDownLong = new("store down for longer than the TTL", Seconds(1), "free within 1 s of its deadline"),
        StoreEmptied = new("store loses its data (FLUSHALL)", Seconds(5), "registered again within 5 s, tokens still grow"),
        StoreKilled = new("store SIGKILL (redis-server)", Seconds(1), "nothing released; acquires refused within 1 s"),
        StoreHangs = new("store hangs (SIGSTOP, connections half open)", Seconds(1), "releases free the device, acquires refused within 1 s"),
        StoreSlow = new("store slow (500 ms a call)", Seconds(1), "acquires answered, releases done within 1 s; nothing released"),
        StoreRefuses = new("store refuses writes (memory full, no replica, read-only)", Seconds(1), "releases free the device, acquires refused within 1 s"),
        NodeVanishes = new("node vanishes (SIGKILL)", Seconds(20), "its leases ended, its shared camera opened by another within 20 s"),
        NodeCutOff = new("node cut off from the store, which others reach", Seconds(12), "free within 12 s, before others end its leases"),
        ClockJumps = new(
            "system clock jumps, an hour back and a day forth (emulated machine)", Seconds(2), "no effect: same lease, new pictures within 2 s", IsEmulated: true),
        SharedPictures = new("one of two that share a camera gives it back, is forced out, or is killed", Milliseconds(500), "the other's pictures go on, no gap of more than 500 ms"),
        SharedHolderKilled = new("browser of one of two that share a camera killed", Seconds(4), "its lease ended within 4 s"),
        SharedLast = new("the last of two that share a camera gives it back", Milliseconds(250), "free within 250 ms"),
        SharedWorkerCrashes = new("worker of a shared camera crashes (SIGSEGV)", Seconds(2), "both back within 2 s, same leases"),
        SharedApiKilled = new("CameraApi of a shared camera started again after SIGKILL", Seconds(5), "both go on within 5 s of the start of its process"),
        PublisherKilled = new("client that publishes a camera killed", Seconds(15), "missing within 15 s, its viewers' leases wait"),
        PublisherBack = new("client that publishes a camera is back", Seconds(3), "pictures within 3 s of its offer, same leases"),
        PublisherReleased = new("client that publishes a camera gives it back", Seconds(1), "missing within 1 s"),
        PeersKilled = new("process for WebRTC killed", Seconds(2), "missing within 2 s, its viewers' leases wait"),
        WatcherKilled = new("client that watches by WebRTC killed", Seconds(15), "its encoder is gone within 15 s"),
        WatchEnded = new("lease of one of two who watch by WebRTC ends", Seconds(1), "its pictures end within 1 s, the other's go on"),
        WatchedWorkerKilled = new("worker of a camera that is watched by WebRTC killed", Seconds(2), "pictures again within 2 s, same connection"),
        WatchBack = new("process for WebRTC killed while one watches", Seconds(3), "pictures within 3 s of the next offer, same lease"),
        TwoRace = new("two sessions race", Seconds(5), "exactly one wins, the other is told within 5 s");

    /// <summary>All rows, in the order of the page.</summary>
    public static IReadOnlyList<FaultRow> All { get; } =
    [
        ClientReleases, TabClosed, PageLeft, PageReloaded, BrowserKilled, RendererCrashed, NetworkCut, TabHidden,
        PageFrozen, PageThawed, KioskClosed, KioskKilled, KioskStopped, KioskCut, KioskBack, WebKilled,
        ApiInterrupted, ApiInterruptedWedged, ApiTerminated, ApiTerminatedWedged, ApiTerminatedTwice, ApiTerminatedOpening,
        ApiTerminatedReleasing, ApiKilled, ApiKilledWedged, ApiRestarted,
        AppHostStoppedFree, AppHostStopped, OrchestratorStopped, AppHostKilledFree, AppHostKilled, RunnerKilled,
        WorkerCrashes, BrokenRecords, NoPictures, HangsInRead, HangsInClose, HangsInCloseStubborn, HangsInOpen,
        NotProvenFree, NotProvenFreeBack, Unplugged, PluggedIn, StoreDown, StoreBack, StoreDownLong, StoreEmptied, StoreKilled,
        StoreHangs, StoreSlow, StoreRefuses, NodeVanishes, NodeCutOff, ClockJumps,
        SharedPictures, SharedHolderKilled, SharedLast, SharedWorkerCrashes, SharedApiKilled,
        PublisherKilled, PublisherBack, PublisherReleased, PeersKilled,
        WatcherKilled, WatchEnded, WatchedWorkerKilled, WatchBack, TwoRace,
    ];

    /// <summary>The default of <c>Capture:OpenTimeout</c>.</summary>
    private static TimeSpan OpenTimeout => Seconds(10);

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan Milliseconds(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
