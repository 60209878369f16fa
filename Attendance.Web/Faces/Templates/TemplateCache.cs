using Attendance.Web.Faces.Recognition;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Faces.Templates;

/// <summary>
/// Keeps the mean templates of people who were asked for lately, decrypted and in memory only. Each is kept with the shots that it was made
/// of, and it is given out only for the very same shots: what was deleted or taken again, here or in another replica, is never used.
/// </summary>
internal sealed class TemplateCache(IOptions<RecognitionOptions> options, TimeProvider clock)
{
    private readonly int _capacity = options.Value.CachedPeople;
    private readonly TimeSpan _lasts = options.Value.CachedFor;
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, LinkedListNode<Kept>> _people = [];
    private readonly LinkedList<Kept> _byUse = new(); // the one that was used last is first

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _people.Count;
            }
        }
    }

    /// <param name="personId">Whose template is wanted.</param>
    /// <param name="shots">The shots that the person has now, in any order.</param>
    public FaceEmbedding? Find(Guid personId, IReadOnlyCollection<Guid> shots)
    {
        lock (_lock)
        {
            DropUnused();
            if (!_people.TryGetValue(personId, out var node))
            {
                return null;
            }

            _byUse.Remove(node);
            if (!node.Value.Shots.SetEquals(shots))
            {
                _people.Remove(personId);
                return null;
            }

            node.Value.UsedAt = clock.GetTimestamp();
            _byUse.AddFirst(node);
            return node.Value.Mean;
        }
    }

    public void Keep(Guid personId, IReadOnlyCollection<Guid> shots, FaceEmbedding mean)
    {
        lock (_lock)
        {
            Drop(personId);
            if (_capacity > 0)
            {
                _people[personId] = _byUse.AddFirst(new Kept(personId, shots.ToHashSet(), mean) { UsedAt = clock.GetTimestamp() });
            }

            while (_people.Count > _capacity)
            {
                Drop(_byUse.Last!.Value.PersonId);
            }

            DropUnused();
        }
    }

    /// <summary>Forgets somebody at once.</summary>
    public void Forget(Guid personId)
    {
        lock (_lock)
        {
            Drop(personId);
        }
    }

    private void DropUnused()
    {
        while (_byUse.Last is { } oldest && clock.GetElapsedTime(oldest.Value.UsedAt) > _lasts)
        {
            Drop(oldest.Value.PersonId);
        }
    }

    private void Drop(Guid personId)
    {
        if (_people.Remove(personId, out var node))
        {
            _byUse.Remove(node);
        }
    }

    private sealed record Kept(Guid PersonId, HashSet<Guid> Shots, FaceEmbedding Mean)
    {
        public long UsedAt { get; set; }
    }
}
