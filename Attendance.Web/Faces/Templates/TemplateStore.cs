using System.Security.Cryptography;
using Attendance.Web.Data;
using Attendance.Web.Faces.Matching;
using Attendance.Web.Faces.Recognition;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Faces.Templates;

/// <summary>How many of the stored pictures have a template of the current model.</summary>
internal sealed record TemplateProgress(int Made, int Pictures)
{
    public bool IsComplete => Made >= Pictures;
}

/// <summary>Somebody whose face is near to another person's.</summary>
internal sealed record Lookalike(Guid PersonId, double Distance);

/// <summary>Reads the templates of people. Only those of the current model count.</summary>
internal sealed partial class TemplateStore(
    AttendanceDb db, TemplateSeal seal, TemplateCache cache, IOptions<RecognitionOptions> options, ILogger<TemplateStore> logger)
{
    private const int AtOnce = 500;

    private IQueryable<ShotTemplate> Current =>
        db.ShotTemplates.AsNoTracking().Where(template => template.Model == FaceEmbedder.Model && template.Version == FaceEmbedder.Version);

    /// <summary>
    /// Returns the mean template of each of these people. Who has no picture, or none that the current model has read yet, is left out.
    /// </summary>
    /// <exception cref="ArgumentException">There are more than <see cref="RecognitionOptions.MaxCandidates"/>.</exception>
    public async Task<IReadOnlyList<FaceCandidate>> CandidatesAsync(IReadOnlyCollection<Guid> personIds, CancellationToken cancellationToken) =>
        personIds.Count <= options.Value.MaxCandidates
            ? await MeansAsync([.. personIds], keep: true, cancellationToken)
            : throw new ArgumentException($"A face is compared with {options.Value.MaxCandidates} people at most ({RecognitionOptions.Section}:{nameof(RecognitionOptions.MaxCandidates)}).", nameof(personIds));

    /// <summary>
    /// Returns people whose faces are so near to this person's that they may be the same person, the nearest first. Nothing about it is
    /// stored.
    /// </summary>
    /// <param name="personId">Who is compared with the others.</param>
    /// <param name="among">How many others are compared at most. Those come first who were changed last.</param>
    /// <param name="atMost">How many are returned at most.</param>
    /// <param name="cancellationToken">Canceled when the client has gone.</param>
    public async Task<IReadOnlyList<Lookalike>> LookalikesAsync(Guid personId, int among, int atMost, CancellationToken cancellationToken)
    {
        if (await MeansAsync([personId], keep: false, cancellationToken) is not [var person])
        {
            return [];
        }

        var others = await db.People.Where(other => other.Id != personId && other.Shots.Count > 0)
            .OrderByDescending(other => other.ChangedAt).Take(among).Select(other => other.Id).ToListAsync(cancellationToken);
        var near = new List<Lookalike>();
        foreach (var some in others.Chunk(AtOnce))
        {
            var means = await MeansAsync(some, keep: false, cancellationToken); // or they would crowd out those who check in
            near.AddRange(means.Select(other => new Lookalike(other.PersonId, other.Template.DistanceTo(person.Template)))
                .Where(other => other.Distance <= options.Value.DoubtDistance));
        }

        return [.. near.OrderBy(other => other.Distance).Take(atMost)];
    }

    /// <summary>Returns a person's templates by shot, as an export shows them.</summary>
    /// <exception cref="CryptographicException">One cannot be decrypted.</exception>
    public async Task<IReadOnlyDictionary<Guid, FaceEmbedding>> OfPersonAsync(Guid personId, CancellationToken cancellationToken)
    {
        var rows = await Current.Where(template => db.Shots.Any(shot => shot.Id == template.ShotId && shot.PersonId == personId)).ToListAsync(cancellationToken);
        return rows.ToDictionary(row => row.ShotId, row => seal.Open(personId, row));
    }

    public async Task<TemplateProgress> ProgressAsync(CancellationToken cancellationToken) =>
        new(await Current.CountAsync(cancellationToken), await db.Shots.CountAsync(cancellationToken));

    private async Task<IReadOnlyList<FaceCandidate>> MeansAsync(Guid[] personIds, bool keep, CancellationToken cancellationToken)
    {
        // The database says each time which shots there are, so nothing that was deleted is taken from the cache.
        var rows = await (
            from shot in db.Shots.AsNoTracking()
            join template in Current on shot.Id equals template.ShotId
            where personIds.Contains(shot.PersonId)
            select new { shot.PersonId, shot.Id }).ToListAsync(cancellationToken);
        var shots = rows.ToLookup(row => row.PersonId, row => row.Id);
        var found = shots.Select(person => (Id: person.Key, Shots: person.ToArray(), Mean: cache.Find(person.Key, [.. person]))).ToList();
        var read = await ReadAsync([.. found.Where(person => person.Mean is null).SelectMany(person => person.Shots)], cancellationToken);

        var candidates = new List<FaceCandidate>();
        foreach (var (id, theirs, cached) in found)
        {
            if ((cached ?? Mean(id, theirs, read, keep)) is { } mean)
            {
                candidates.Add(new(id, mean));
            }
        }

        foreach (var id in personIds.Where(id => !shots.Contains(id)))
        {
            cache.Forget(id);
        }

        return candidates;
    }

    private async Task<Dictionary<Guid, ShotTemplate>> ReadAsync(Guid[] shots, CancellationToken cancellationToken)
    {
        var templates = new Dictionary<Guid, ShotTemplate>();
        foreach (var some in shots.Chunk(AtOnce))
        {
            foreach (var template in await Current.Where(template => some.Contains(template.ShotId)).ToListAsync(cancellationToken))
            {
                templates[template.ShotId] = template;
            }
        }

        return templates;
    }

    /// <summary>Returns the mean of those templates that can be decrypted. Shots that were deleted meanwhile have none.</summary>
    private FaceEmbedding? Mean(Guid personId, Guid[] shots, Dictionary<Guid, ShotTemplate> templates, bool keep)
    {
        var embeddings = new List<FaceEmbedding>();
        foreach (var shot in shots)
        {
            try
            {
                if (templates.TryGetValue(shot, out var template))
                {
                    embeddings.Add(seal.Open(personId, template));
                }
            }
            catch (CryptographicException exception)
            {
                LogUnreadable(personId, exception.Message);
            }
        }

        if (embeddings.Count == 0)
        {
            return null;
        }

        var mean = FaceEmbedding.Mean(embeddings);
        if (keep && embeddings.Count == shots.Length)
        {
            cache.Keep(personId, shots, mean);
        }

        return mean;
    }

    [LoggerMessage(LogLevel.Error, "A template of person {PersonId} cannot be decrypted: {Error}")]
    private partial void LogUnreadable(Guid personId, string error);
}
