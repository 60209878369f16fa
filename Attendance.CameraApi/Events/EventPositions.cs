using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Attendance.CameraApi.Events;

/// <summary>Where in the order of one node's events one stands. Of another run of it nothing is known any more.</summary>
/// <param name="Run">Begins with what tells nodes apart, so no two nodes have the same.</param>
internal readonly record struct EventPosition(string Run, long Number)
{
    private const int KeyLength = 6;

    /// <summary>One that no run has: of who comes back with it, nobody knows what was missed.</summary>
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
/// Where a listener stands in the events of each node: one position for each. As text it is the id of an event, with which any
/// node can go on where another one stopped, for each of them in the node's own order.
/// </summary>
internal sealed class EventPositions
{
    private const char Separator = '.';

    /// <summary>More than a stream ever has; what a client makes up beyond that is not looked at.</summary>
    private const int Most = 200;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, EventPosition> _byNode = new(StringComparer.Ordinal);

    /// <summary>What is no position is left out.</summary>
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

    /// <summary>Where there are too many: of nodes that are not there any more nothing will be told.</summary>
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
