using Attendance.CameraApi.Leases;
using Attendance.Tests.Stores;
using FsCheck;
using FsCheck.Fluent;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>
/// One action of a client. The steps of one client run one after the other; those of different clients overlap.
/// Clients 0 and 1 are two tabs of one session.
/// </summary>
internal abstract record LeaseStep(int Client)
{
    private static readonly Opening[] s_good = [Opening.AtOnce, Opening.AtOnce, Opening.AtOnce, Opening.Slow, Opening.Deaf];

    public static Arbitrary<LeaseStep> Any { get; } = Of(
        clients: 5, plugs: 1, [.. s_good, Opening.Deaf, Opening.LongerThanItsLease, Opening.Fails, Opening.FailsLate, Opening.Hangs]);

    /// <summary>Generates steps of few clients, with cameras that open well and are often unplugged.</summary>
    public static Arbitrary<LeaseStep> WithLooseCables { get; } = Of(clients: 3, plugs: 4, s_good);

    /// <param name="plugs">How often cameras are unplugged and plugged in.</param>
    private static Arbitrary<LeaseStep> Of(int clients, int plugs, Opening[] openings) => Arb.From(
        from client in Gen.Choose(0, clients - 1)
        from camera in Gen.Elements("door", "door", "gate", "attic")
        from step in Gen.Frequency(
            (40, from wait in Gen.Elements(0, 0, 0, 3, 60)
                from takeover in Gen.Elements(false, false, true)
                from moves in Gen.Elements(plugs > 1, true)
                from mode in Gen.Elements(LeaseMode.Exclusive, LeaseMode.Shared)
                from patience in Gen.Elements<int?>(null, null, null, null, 0, 1, 5)
                from opening in Gen.Elements(openings)
                from closing in Gen.Elements(Closing.AtOnce, Closing.AtOnce, Closing.AtOnce, Closing.Slow, Closing.NotFree)
                select (LeaseStep)new Acquire(client, camera, wait, takeover, moves, patience, opening, closing, mode)),
            (12, Gen.Constant<LeaseStep>(new Renew(client, camera))),
            (16, Gen.Elements(ReleaseReason.Client, ReleaseReason.PageHide)
                .Select(reason => (LeaseStep)new Release(client, camera, reason))),
            (8, Gen.Constant<LeaseStep>(new CleanUp(client))),
            (12, Gen.Elements(1, 1, 2, 5, 40).Select(seconds => (LeaseStep)new Idle(client, seconds))),
            (5, Gen.Constant<LeaseStep>(new LoseDevice(client, camera))),
            (8 * plugs, Gen.Constant<LeaseStep>(new Unplug(client, camera))),
            (12 * plugs, Gen.Constant<LeaseStep>(new PlugIn(client, camera))),
            (6, Gen.Elements(Outage.NotReached, Outage.NotHeard).Select(kind => (LeaseStep)new LoseStore(client, kind))),
            (1, Gen.Constant<LeaseStep>(new Close(client))))
        select step,
        step => step.Simpler());

    public abstract Task TakeAsync(LeaseHistory history);

    protected virtual IEnumerable<LeaseStep> Simpler() => [];

    /// <param name="Wait">Seconds that the client waits in line.</param>
    /// <param name="Moves">Whether the lease may move to another camera if this one is lost.</param>
    /// <param name="Patience">Seconds until the client leaves; null when it stays.</param>
    public sealed record Acquire(int Client, string Camera, int Wait, bool Takeover, bool Moves, int? Patience, Opening Opening, Closing Closing, LeaseMode Mode = LeaseMode.Exclusive)
        : LeaseStep(Client)
    {
        public override Task TakeAsync(LeaseHistory history) => history.AcquireAsync(this);

        protected override IEnumerable<LeaseStep> Simpler()
        {
            LeaseStep[] simpler =
            [
                this with { Opening = Opening.AtOnce }, this with { Closing = Closing.AtOnce },
                this with { Wait = 0 }, this with { Takeover = false }, this with { Moves = false }, this with { Patience = null },
                this with { Mode = LeaseMode.Exclusive },
            ];
            return simpler.Where(step => step != this);
        }
    }

    public sealed record Renew(int Client, string Camera) : LeaseStep(Client)
    {
        public override Task TakeAsync(LeaseHistory history) => history.RenewAsync(Client, Camera);
    }

    public sealed record Release(int Client, string Camera, ReleaseReason Reason) : LeaseStep(Client)
    {
        public override Task TakeAsync(LeaseHistory history) => history.ReleaseAsync(Client, Camera, new LeaseEnd(Reason));
    }

    public sealed record CleanUp(int Client) : LeaseStep(Client)
    {
        public override Task TakeAsync(LeaseHistory history) => history.CleanUpAsync(Client);
    }

    public sealed record Idle(int Client, int Seconds) : LeaseStep(Client)
    {
        public override Task TakeAsync(LeaseHistory history) => history.PassAsync(TimeSpan.FromSeconds(Seconds));
    }

    public sealed record LoseDevice(int Client, string Camera) : LeaseStep(Client)
    {
        public override Task TakeAsync(LeaseHistory history) => history.LoseDeviceAsync(Camera);
    }

    /// <summary>The camera that the client has; this one if it has none.</summary>
    public sealed record Unplug(int Client, string Camera) : LeaseStep(Client)
    {
        public override Task TakeAsync(LeaseHistory history) => history.UnplugAsync(Client, Camera);
    }

    public sealed record PlugIn(int Client, string Camera) : LeaseStep(Client)
    {
        public override Task TakeAsync(LeaseHistory history) => history.PlugInAsync(Camera);
    }

    /// <summary>The store is away for a while: nothing reaches it, or nothing that it answers is heard.</summary>
    public sealed record LoseStore(int Client, Outage Kind, int Seconds = 3) : LeaseStep(Client)
    {
        public override Task TakeAsync(LeaseHistory history) => history.LoseStoreAsync(Kind, TimeSpan.FromSeconds(Seconds));
    }

    /// <summary>Two steps of which the second begins when the first has begun.</summary>
    public sealed record Meanwhile(LeaseStep First, LeaseStep Second) : LeaseStep(First.Client)
    {
        public override Task TakeAsync(LeaseHistory history) => Task.WhenAll(First.TakeAsync(history), Second.TakeAsync(history));
    }

    public sealed record Close(int Client) : LeaseStep(Client)
    {
        public override Task TakeAsync(LeaseHistory history) => history.CloseAsync();
    }
}
