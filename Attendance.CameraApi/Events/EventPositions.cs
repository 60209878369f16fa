using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Attendance.CameraApi.Events;

/// <summary>Position in one node's event log. Positions of an earlier process run cannot be resumed.</summary>
/// <param name="Run">Identifies a run of the process. It begins with the node's key, so no two nodes have the same.</param>
internal readonly record struct EventPosition(string Run, long Number)
{
    private const int KeyLength = 6;

    /// <summary>A position that no run has. It is not known which events a listener that resumes from it has missed.</summary>
    public static readonly EventPosition Unknown = new("", 0);

    public string NodeKey => Run.Length > KeyLength ? Run[..KeyLength] : Run;

    public static string NewRun(string node) => KeyOf(node) + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));

    public static string KeyOf(string node) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(node)))[..KeyLength];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Run}-{Number}");

    public static EventPosition? Parse(string? text) =>
        text?.LastIndexOf('-') is > 0 and var dash && long.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new EventPosition(text[..dash], number)
            : null;
}

/// <summary>
/// A listener's position in the event log of each node. The text form is the id of an event. With this id any node can resume
/// the stream where another one stopped, and the events of each node keep that node's order.
/// </summary>
internal sealed class EventPositions
{
    private const char Separator = '.';

    /// <summary>More positions than a stream ever has. Further ones, which only a client can make up, are ignored.</summary>
    private const int Most = 200;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, EventPosition> _byNode = new(StringComparer.Ordinal);

    /// <summary>Parses the text form. Skips parts that are not a position.</summary>
    public static EventPositions Parse(string? text)
    {
        var positions = new EventPositions();
        foreach (var position in (text ?? "").Split(Separator, Most + 1).Take(Most).Select(EventPosition.Parse).OfType<EventPosition>())
        {
            positions.Advance(position);
        }

        return positions;
    }

    public EventPosition? Of(string node)
    {
        lock (_gate)
        {
            return _byNode.TryGetValue(EventPosition.KeyOf(node), out var position) ? position : null;
        }
    }

    /// <summary>Drops the positions of nodes that no longer exist if there are more than <paramref name="atMost"/>.</summary>
    public void Keep(IEnumerable<string> nodes, int atMost)
    {
        lock (_gate)
        {
            if (_byNode.Count > atMost)
            {
                var known = nodes.Select(EventPosition.KeyOf).ToHashSet(StringComparer.Ordinal);
                foreach (var gone in _byNode.Keys.Where(key => !known.Contains(key)).ToList())
                {
                    _byNode.Remove(gone);
                }
            }
        }
    }

    public void Advance(EventPosition position)
    {
        lock (_gate)
        {
            _byNode[position.NodeKey] = position;
        }
    }

    public override string ToString()
    {
        lock (_gate)
        {
            return string.Join(Separator, _byNode.Values);
        }
    }
}
