using Attendance.CameraApi.Leases;
using Attendance.Tests.Stores;
using Attendance.Tests.Stories;
using FsCheck;
using StackExchange.Redis;
using Xunit;

namespace Attendance.Tests.CameraApi.Leases;

/// <summary>
/// Whatever clients do at the same time, with whatever hardware and while the store comes and goes: every camera comes
/// back, is open once at most, and every lease has one recorded end on each camera that it had, of which it moved from one that
/// was lost to another. A seed tells a history again, not how its clients met.
/// </summary>
public sealed class CameraLeasesHistoryTests(GarnetStore server) : IClassFixture<GarnetStore>
{
    [Fact]
    public Task Whatever_happens_at_once_every_camera_comes_back() => TellAllAsync(LeaseStep.Any);

    [Fact]
    public async Task However_often_leases_move_each_has_one_camera_and_keeps_its_session()
    {
        var moves = await TellAllAsync(LeaseStep.WithLooseCables);

        TestContext.Current.TestOutputHelper?.WriteLine($"{moves} times a lease moved.");
        Assert.True(Story.IsReplayed || moves >= 5, $"Only {moves} times a lease moved.");
    }

    /// <summary>Without this order the store would grant the ended lease again, and then end it under its new holder.</summary>
    [Fact]
    public async Task An_end_that_the_store_has_not_heard_of_comes_before_the_next_lease()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        using var history = new LeaseHistory(connection);
        var acquire = new LeaseStep.Acquire(2, "door", Wait: 0, Takeover: false, Moves: false, Patience: null, Opening.AtOnce, Closing.AtOnce);

        await history.HappenAsync(
        [
            acquire,
            new LeaseStep.Meanwhile(new LeaseStep.LoseStore(2, Outage.NotReached), new LeaseStep.Release(2, "door", ReleaseReason.Client)),
            acquire,
        ]);
    }

    /// <summary>The first attempt to move is granted, but the answer is lost. Its late end must not end the second attempt, which has the same id.</summary>
    [Fact]
    public async Task A_move_that_was_tried_again_is_not_ended_by_the_end_of_its_first_attempt()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        using var history = new LeaseHistory(connection);
        var acquire = new LeaseStep.Acquire(2, "attic", Wait: 0, Takeover: false, Moves: true, Patience: null, Opening.AtOnce, Closing.AtOnce);
        LeaseStep[] moveOnce = [acquire, new LeaseStep.Unplug(2, "attic"), new LeaseStep.Idle(2, 10), new LeaseStep.CleanUp(2), new LeaseStep.PlugIn(2, "attic")];

        await history.HappenAsync(
        [
            acquire with { Client = 4, Camera = "gate", Moves = false }, // so that all attempts are for the same camera
            .. moveOnce, // so that the next is quick enough to be within the outage
            acquire,
            new LeaseStep.Meanwhile(new LeaseStep.LoseStore(2, Outage.NotHeard, Seconds: 5), new LeaseStep.Unplug(2, "attic")),
            new LeaseStep.Idle(2, 10), new LeaseStep.Renew(2, "attic"),
        ]);

        Assert.Equal(2, history.Moves);
    }

    /// <returns>How often a lease moved.</returns>
    private async Task<int> TellAllAsync(Arbitrary<LeaseStep> step)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var moves = 0;
        await Story.TellAllAsync(step, count: 100, longest: 40, TellAsync, atOnce: 4);
        return moves;

        async Task TellAsync(LeaseStep[] steps)
        {
            using var history = new LeaseHistory(connection);
            await history.HappenAsync(steps);
            Interlocked.Add(ref moves, history.Moves);
        }
    }
}
