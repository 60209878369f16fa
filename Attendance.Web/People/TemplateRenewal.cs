using System.Security.Cryptography;
using Attendance.ServiceDefaults;
using Attendance.Web.Data;
using Attendance.Web.Faces;
using Attendance.Web.Faces.Finding;
using Attendance.Web.Faces.Recognition;
using Attendance.Web.Faces.Templates;

namespace Attendance.Web.People;

/// <summary>
/// Makes the templates of pictures that have none of the current model: those that were stored by an earlier version of Web, or before the
/// model was replaced. It goes on where it was when Web stopped, because a picture counts as done only with its template in the database.
/// </summary>
internal sealed partial class TemplateRenewal(
    IServiceScopeFactory scopes, FaceNets nets, TimeProvider clock, ILogger<TemplateRenewal> logger) : BackgroundService
{
    private const int AtOnce = 50;

    /// <summary>How often to look again. During an update, a replica of the earlier version may still store pictures.</summary>
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(10);

    private readonly HashSet<Guid> _hopeless = []; // pictures that cannot be read; at the next start they are tried again
    private TemplateProgress? _progress;

    /// <summary>How far it is. Null if nothing is missing. It is kept because to count takes long where there are many people.</summary>
    public TemplateProgress? Progress => Volatile.Read(ref _progress) is { IsComplete: false } progress ? progress : null;

    /// <summary>What is not done when Web stops is done after its next start.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        RepeatedWork.RunAsync(RenewAsync, s_every, clock, failure => LogInterrupted(failure.Message), stoppingToken);

    /// <summary>Counts what is missing.</summary>
    internal async Task CountAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        Volatile.Write(ref _progress, await scope.ServiceProvider.GetRequiredService<TemplateStore>().ProgressAsync(cancellationToken));
    }

    /// <summary>Makes all that are missing.</summary>
    internal async Task RenewAsync(CancellationToken cancellationToken)
    {
        var (last, made, unreadable) = (Guid.Empty, 0, 0);
        for (var isFirst = true; await NextAsync(last, cancellationToken) is { Count: > 0 } shots; isFirst = false)
        {
            await CountAsync(cancellationToken);
            if (isFirst)
            {
                LogBegun();
            }

            foreach (var shot in shots.Where(shot => !_hopeless.Contains(shot.Id)))
            {
                switch (await RenewAsync(shot, cancellationToken))
                {
                    case true:
                        made++;
                        break;
                    case false:
                        unreadable++;
                        _hopeless.Add(shot.Id);
                        break;
                    default:
                        break; // the picture was deleted meanwhile
                }
            }

            last = shots[^1].Id;
        }

        await CountAsync(cancellationToken);
        if (made + unreadable > 0)
        {
            LogEnded(made, unreadable);
        }
    }

    private async Task<IReadOnlyList<Shot>> NextAsync(Guid last, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<ShotStore>().WithoutTemplateAsync(last, AtOnce, cancellationToken);
    }

    /// <returns>Whether the picture could be read. Null if it was deleted meanwhile.</returns>
    private async Task<bool?> RenewAsync(Shot shot, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        await using var scope = scopes.CreateAsyncScope();
        var shots = scope.ServiceProvider.GetRequiredService<ShotStore>();
        byte[]? jpeg;
        try
        {
            jpeg = await shots.PictureAsync(shot, cancellationToken);
        }
        catch (CryptographicException exception)
        {
            ShotStore.LogUnreadable(logger, shot.PersonId, shot.Pose.Code(), exception.Message);
            return false;
        }

        if (jpeg is null)
        {
            return null;
        }

        if (await nets.UseAsync(set => Embed(set, jpeg), cancellationToken) is not { } embedding)
        {
            LogNoFace(shot.PersonId, shot.Pose.Code());
            return false;
        }

        bool? outcome = await shots.TryRenewTemplateAsync(shot, embedding, cancellationToken) ? true : null;
        await Task.Delay(clock.GetElapsedTime(begun), clock, cancellationToken); // leaves at least half of a core to those who check in
        return outcome;
    }

    private static FaceEmbedding? Embed(FaceNetSet set, byte[] jpeg)
    {
        using var picture = PictureDecoding.Decode(jpeg);
        return picture is not null && set.Finder.Find(picture) is [var face, ..]
            ? set.Embedder.Embed(picture, set.Finder.LookAgain(picture, face).Points)
            : null;
    }

    [LoggerMessage(LogLevel.Information, "Recognition data of stored pictures is being computed")]
    private partial void LogBegun();

    [LoggerMessage(LogLevel.Information, "Recognition data of {Pictures} stored pictures was computed; {Unreadable} could not be read")]
    private partial void LogEnded(int pictures, int unreadable);

    [LoggerMessage(LogLevel.Warning, "Recognition data of stored pictures is not computed just now: {Error}")]
    private partial void LogInterrupted(string error);

    [LoggerMessage(LogLevel.Warning, "In the picture of person {PersonId}, pose {Pose}, no face is found any more: take it again")]
    private partial void LogNoFace(Guid personId, string pose);
}
