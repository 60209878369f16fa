using Attendance.CameraApi;
using Attendance.CameraApi.Leases;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>
/// One event that may happen to a store. Every step can follow every other, so a story is still valid when steps are
/// left out.
/// </summary>
internal abstract record StoreStep
{
    private static readonly string[] s_cameras = ["door", "gate"];
    private static readonly string[] s_sessions = ["one", "two", "three"];

    /// <summary>Mostly 0, the lease that was handed out last; sometimes an earlier, stale one.</summary>
    private static readonly Gen<int> s_back = Gen.Elements(0, 0, 0, 1, 1, 2, 3);

    private static readonly Gen<LeaseMode> s_mode = Gen.Elements(LeaseMode.Exclusive, LeaseMode.Shared, LeaseMode.Shared);

    public static IReadOnlyList<string> Cameras => s_cameras;

    public static int IndexOf(string session) => Array.IndexOf(s_sessions, session);

    public static Arbitrary<StoreStep> Any { get; } = Arb.From(
        Gen.Frequency(
            (8, OnCamera((camera, who) => new Acquire(camera, who.Item1, who.Item2), Gen.Elements(s_sessions).Zip(s_mode))),
            (2, OnCamera((camera, who) => new AcquireUnheard(camera, who.Item1, who.Item2), Gen.Elements(s_sessions).Zip(s_mode))),
            (6, OnCamera((camera, back) => new Renew(camera, back), s_back)),
            (6, OnCamera(
                (camera, which) => new Release(camera, which.Item1, which.Item2),
                s_back.Zip(Gen.Elements(ReleaseReason.Client, ReleaseReason.PageHide, ReleaseReason.Takeover, ReleaseReason.DeviceLost)))),
            (4, OnCamera((camera, which) => new PassDeadline(camera, which), Gen.Choose(0, 2))),
            (2, OnCamera((camera, onlyOverdue) => new Settle(camera, onlyOverdue), Gen.Elements(true, true, false))),
            (2, Gen.Constant<StoreStep>(new Sweep())),
            (1, Gen.Elements(s_sessions).Select(session => (StoreStep)new Crash(session))),
            (1, Gen.Constant<StoreStep>(new Restart())),
            (2, Gen.Constant<StoreStep>(new LoseEverything())),
            (2, OnCamera((camera, _) => new LoseEntry(camera), Gen.Constant(0))),
            (1, OnCamera((camera, _) => new RunAhead(camera), Gen.Constant(0))),
            (1, Gen.Constant<StoreStep>(new ForgetScripts()))),
        step => step.Simpler());

    public abstract Task HappenAsync(StoreWorld world);

    protected virtual IEnumerable<StoreStep> Simpler() => [];

    private static Gen<StoreStep> OnCamera<T>(Func<string, T, StoreStep> step, Gen<T> detail) =>
        Gen.Elements(s_cameras).Zip(detail, step);

    public sealed record Acquire(string Camera, string Session, LeaseMode Mode) : StoreStep
    {
        public override async Task HappenAsync(StoreWorld world)
        {
            var lease = await world.AcquireAsync(Camera, Session, Mode);
            if (lease is not null)
            {
                world.Hand(lease);
            }
        }
    }

    /// <summary>The store grants the lease, but its answer is lost: the caller knows only the id that it asked with.</summary>
    public sealed record AcquireUnheard(string Camera, string Session, LeaseMode Mode) : StoreStep
    {
        public override async Task HappenAsync(StoreWorld world)
        {
            var leaseId = Identifiers.NewLeaseId();
            await world.AcquireAsync(Camera, Session, Mode, leaseId);
            world.Hand(new StoredLease(Camera, leaseId, Session, 0, default, WasGranted: false) { Mode = Mode });
        }
    }

    /// <param name="Back">0 for the lease that was handed out last, 1 for the one before, and so on.</param>
    public sealed record Renew(string Camera, int Back) : StoreStep
    {
        public override async Task HappenAsync(StoreWorld world)
        {
            if (world.Handed(Camera, Back) is { WasGranted: true } lease)
            {
                Assert.Equal(world.Model[Camera].Renew(lease), await world.StoreOf(lease.SessionHash).RenewAsync(lease, StoreWorld.Ttl));
            }
        }

        protected override IEnumerable<StoreStep> Simpler() => Enumerable.Range(0, Back).Select(back => this with { Back = back });
    }

    /// <summary>The lease stays in hand, to be released once more and renewed when it is too late.</summary>
    public sealed record Release(string Camera, int Back, ReleaseReason Reason) : StoreStep
    {
        public override async Task HappenAsync(StoreWorld world)
        {
            if (world.Handed(Camera, Back) is { } lease)
            {
                var end = new LeaseEnd(Reason);
                world.Model[Camera].Release(lease, end);
                await world.StoreOf(lease.SessionHash).ReleaseAsync(lease, end);
            }
        }

        protected override IEnumerable<StoreStep> Simpler() => Enumerable.Range(0, Back).Select(back => this with { Back = back });
    }

    /// <summary>Time passes until one of the camera's leases is overdue.</summary>
    public sealed record PassDeadline(string Camera, int Which) : StoreStep
    {
        public override async Task HappenAsync(StoreWorld world)
        {
            var camera = world.Model[Camera];
            if (camera.Holders.Count > 0)
            {
                camera.Holders[Which % camera.Holders.Count].IsOverdue = true;
            }

            camera.IsIndexOverdue = camera.IsIndexed;
            await world.PassDeadlineAsync(Camera, Which);
        }
    }

    public sealed record Settle(string Camera, bool OnlyOverdue) : StoreStep
    {
        public override async Task HappenAsync(StoreWorld world)
        {
            var end = new LeaseEnd(OnlyOverdue ? ReleaseReason.Expired : ReleaseReason.Forced, "settled");
            await world.SettleAsync(Camera, end, OnlyOverdue);
        }
    }

    /// <summary>Ends overdue leases, as a node does once a second.</summary>
    public sealed record Sweep : StoreStep
    {
        public override async Task HappenAsync(StoreWorld world)
        {
            foreach (var camera in await world.Store.FindOverdueAsync(10))
            {
                await new Settle(camera, OnlyOverdue: true).HappenAsync(world);
            }

            Assert.Empty(await world.Store.FindOverdueAsync(10));
        }
    }

    /// <summary>A session crashes and forgets its leases.</summary>
    public sealed record Crash(string Session) : StoreStep
    {
        public override Task HappenAsync(StoreWorld world)
        {
            world.Forget(Session);
            return Task.CompletedTask;
        }
    }

    /// <summary>All sessions are gone. Their leases in the store are ended, and the next request finds every camera free.</summary>
    public sealed record Restart : StoreStep
    {
        public override async Task HappenAsync(StoreWorld world)
        {
            world.Forget();
            var end = new LeaseEnd(ReleaseReason.NodeRestarted);
            foreach (var camera in await world.Store.FindHeldAsync())
            {
                do
                {
                    await world.SettleAsync(camera, end, onlyOverdue: false);
                }
                while (world.Model[camera].Holders.Count > 0);
            }

            Assert.All(s_cameras, camera => Assert.Empty(world.Model[camera].Holders));
        }
    }

    public sealed record LoseEverything : StoreStep
    {
        public override async Task HappenAsync(StoreWorld world)
        {
            world.Model.Lose();
            await world.LoseEverythingAsync();
        }
    }

    /// <summary>The entry with the camera's holder and last token is lost, as by an eviction; its ledger and its deadline are not.</summary>
    public sealed record LoseEntry(string Camera) : StoreStep
    {
        public override async Task HappenAsync(StoreWorld world)
        {
            var camera = world.Model[Camera];
            camera.Holders.Clear();
            camera.Fence = 0;
            await world.LoseEntryAsync(Camera);
        }
    }

    /// <summary>The camera's tokens run ahead of the store's clock, as they do when that is set back.</summary>
    public sealed record RunAhead(string Camera) : StoreStep
    {
        public override async Task HappenAsync(StoreWorld world)
        {
            var camera = world.Model[Camera];
            if (camera.Holders.Count == 0)
            {
                camera.Fence = Math.Max(camera.HighestToken, await world.NowAsync()) + 5;
                await world.SetFenceAsync(Camera, camera.Fence);
            }
        }
    }

    public sealed record ForgetScripts : StoreStep
    {
        public override Task HappenAsync(StoreWorld world) => world.ForgetScriptsAsync();
    }
}
