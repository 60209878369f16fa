using Attendance.CameraApi.Events;
using Attendance.CameraApi.Node;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Attendance.Tests.CameraApi.Events;

/// <summary>Tests that a listener that reconnects gets the events that it missed, or is told that they are no longer known.</summary>
public sealed class EventOrderTests
{
    private readonly CameraEvents _events = new(Options.Create(new NodeOptions { Name = "here" }), new FakeTimeProvider());

    [Fact]
    public void A_listener_that_reconnects_gets_the_events_that_it_missed()
    {
        using var first = _events.Listen();
        Tell(5);
        Assert.True(first.TryRead(out var last));
        first.TryRead(out last);
        Assert.Equal("2", last!.CameraId);

        using var again = _events.Listen(EventPosition.Parse(last.Id.ToString()));
        Tell(1);

        Assert.False(again.HasMissed);
        Assert.Equal(["3", "4", "5", "1"], Read(again));
    }

    [Fact]
    public void A_listener_that_missed_nothing_gets_nothing()
    {
        using var first = _events.Listen();
        Tell(2);
        using var again = _events.Listen(Newest(first));

        Assert.False(again.HasMissed);
        Assert.Empty(Read(again));
    }

    [Fact]
    public void A_listener_that_was_away_for_too_long_is_told_so()
    {
        using var first = _events.Listen();
        Tell(1);
        var position = Newest(first);
        Tell(1000);
        using var justInTime = _events.Listen(position);
        Tell(1);
        using var late = _events.Listen(position);

        Assert.False(justInTime.HasMissed);
        Assert.True(late.HasMissed);
        Assert.Empty(Read(late));
    }

    [Theory]
    [InlineData("another-1")] // of an earlier run
    [InlineData("-5")]
    [InlineData("nonsense")]
    public void A_listener_with_an_unknown_position_is_told_that_it_missed_events(string text)
    {
        Tell(3);
        using var listener = _events.Listen(EventPosition.Parse(text) ?? EventPosition.Unknown);

        Assert.True(listener.HasMissed);
    }

    [Fact]
    public void An_id_says_for_each_node_what_was_heard_of_it()
    {
        var (here, there) = (new EventPosition(EventPosition.NewRun("here"), 7), new EventPosition(EventPosition.NewRun("there"), 12));
        var heard = EventPositions.Parse($"{here}.{there}");
        heard.Advance(there with { Number = 13 });
        var again = EventPositions.Parse(heard.ToString());

        Assert.Equal((here, there with { Number = 13 }, null), (again.Of("here"), again.Of("there"), again.Of("nowhere")));
        Assert.NotEqual(EventPosition.NewRun("here"), here.Run); // a position of another run is none in this one
        heard.Advance(new EventPosition(EventPosition.NewRun("here"), 1));
        Assert.Equal(2, heard.ToString().Split('.').Length); // the position of the new run replaces it
    }

    [Fact]
    public void Of_nodes_that_are_gone_no_position_is_kept_once_there_are_many()
    {
        var heard = new EventPositions();
        foreach (var node in (string[])["here", "there", "gone"])
        {
            heard.Advance(new EventPosition(EventPosition.NewRun(node), 1));
        }

        heard.Keep(["here", "there"], atMost: 3);
        Assert.NotNull(heard.Of("gone")); // the node may come back
        heard.Keep(["here", "there"], atMost: 2);
        Assert.Null(heard.Of("gone"));
        Assert.NotNull(heard.Of("there"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("..-.--..a-b.")]
    public void An_unreadable_position_is_ignored(string text) => Assert.Equal("", EventPositions.Parse(text).ToString());

    [Fact]
    public void However_many_positions_a_client_makes_up_they_are_not_all_kept() =>
        Assert.True(EventPositions.Parse(string.Join('.', Enumerable.Range(0, 100_000).Select(i => $"{i:x6}run-1"))).ToString().Split('.').Length <= 200);

    private void Tell(int count)
    {
        for (var i = 1; i <= count; i++)
        {
            _events.Tell(CameraEventType.LeaseGranted, i.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    private static EventPosition Newest(CameraEvents.Listener listener)
    {
        EventPosition? newest = null;
        while (listener.TryRead(out var told))
        {
            newest = told.Id;
        }

        return newest!.Value;
    }

    private static List<string> Read(CameraEvents.Listener listener)
    {
        var read = new List<string>();
        while (listener.TryRead(out var told))
        {
            read.Add(told.CameraId);
        }

        return read;
    }
}
