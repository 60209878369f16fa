using Attendance.Web.Data;
using Attendance.Web.Faces.Recognition;
using Attendance.Web.Faces.Templates;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.People;

/// <summary>Stores the pictures of people: one for each pose, encrypted, and only with consent.</summary>
internal sealed partial class ShotStore(AttendanceDb db, ConsentRules rules, ShotSeal seal, TemplateSeal templateSeal, TemplateCache templates, ILogger<ShotStore> logger)
{
    /// <summary>Stores a picture and its template, and deletes the former ones of the same pose. It does so in the current transaction if there is one.</summary>
    /// <returns><see langword="false"/> if the person was deleted or has withdrawn the consent, or must renew it first. In that case nothing was stored.</returns>
    public async Task<bool> TryReplaceAsync(Shot shot, byte[] jpeg, FaceEmbedding embedding, CancellationToken cancellationToken)
    {
        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(cancellationToken) : null;

        // Locks the person's row until the end of the transaction. A withdrawal of the consent, or another picture of the same pose, then
        // happens before or after this one, but not in between.
        var lapsed = rules.Lapsed();
        var mayStay = await db.People
            .Where(person => person.Id == shot.PersonId && person.Consent != null && !lapsed.Any(each => each.Id == person.Id))
            .ExecuteUpdateAsync(person => person.SetProperty(each => each.ChangedAt, shot.TakenAt), cancellationToken);
        if (mayStay == 0)
        {
            return false;
        }

        var former = await db.Shots
            .Where(each => each.PersonId == shot.PersonId && each.Pose == shot.Pose)
            .ExecuteDeleteAsync(cancellationToken);
        db.Shots.Add(shot);
        db.ShotPictures.Add(new ShotPicture { ShotId = shot.Id, Sealed = seal.Seal(shot, jpeg) });
        db.ShotTemplates.Add(templateSeal.Seal(shot.PersonId, shot.Id, embedding));
        await db.SaveChangesAsync(cancellationToken);
        if (own is not null)
        {
            await own.CommitAsync(cancellationToken);
        }

        templates.Forget(shot.PersonId);
        LogStored(shot.PersonId, shot.Pose.Code(), shot.CameraId, shot.LeaseRef, shot.TakenBy);
        if (former > 0 && own is not null)
        {
            await db.ForgetDeletedAsync(logger);
        }

        return true;
    }

    /// <summary>Returns whether a picture was stored under a later lease of this camera, so that this lease is out of date.</summary>
    public Task<bool> IsLateAsync(string cameraId, long fencingToken, CancellationToken cancellationToken) =>
        db.Shots.AnyAsync(shot => shot.CameraId == cameraId && shot.FencingToken > fencingToken, cancellationToken);

    /// <summary>Deletes a picture with its template. It is safe to repeat.</summary>
    public async Task DeleteAsync(Guid personId, Pose pose, string accountId, CancellationToken cancellationToken)
    {
        if (await db.Shots.Where(shot => shot.PersonId == personId && shot.Pose == pose).ExecuteDeleteAsync(cancellationToken) > 0)
        {
            templates.Forget(personId);
            LogDeleted(personId, pose.Code(), accountId);
        }

        await db.ForgetDeletedAsync(logger);
    }

    /// <returns>The JPEG, or null if there is none.</returns>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The picture cannot be decrypted.</exception>
    public async Task<byte[]?> PictureAsync(Guid personId, Pose pose, CancellationToken cancellationToken)
    {
        var shot = await db.Shots.AsNoTracking().SingleOrDefaultAsync(each => each.PersonId == personId && each.Pose == pose, cancellationToken);
        return shot is null ? null : await PictureAsync(shot, cancellationToken);
    }

    /// <inheritdoc cref="PictureAsync(Guid, Pose, CancellationToken)"/>
    public async Task<byte[]?> PictureAsync(Shot shot, CancellationToken cancellationToken)
    {
        var sealedJpeg = await db.ShotPictures.Where(picture => picture.ShotId == shot.Id).Select(picture => picture.Sealed).SingleOrDefaultAsync(cancellationToken);
        return sealedJpeg is null ? null : seal.Open(shot, sealedJpeg);
    }

    /// <summary>Returns shots that have no template of the current model, in the order of their ids.</summary>
    public Task<List<Shot>> WithoutTemplateAsync(Guid after, int atMost, CancellationToken cancellationToken) => db.Shots.AsNoTracking()
        .Where(shot => shot.Id > after && !db.ShotTemplates.Any(template =>
            template.ShotId == shot.Id && template.Model == FaceEmbedder.Model && template.Version == FaceEmbedder.Version))
        .OrderBy(shot => shot.Id).Take(atMost).ToListAsync(cancellationToken);

    /// <summary>Stores a template of a picture that is there, in place of one of an earlier model.</summary>
    /// <returns><see langword="false"/> if the picture was deleted meanwhile. In that case nothing was stored.</returns>
    public async Task<bool> TryRenewTemplateAsync(Shot shot, FaceEmbedding embedding, CancellationToken cancellationToken)
    {
        await using var change = await db.Database.BeginTransactionAsync(cancellationToken);

        // Locks the person's row as above, so that a picture is there until the end of the transaction if it is there now.
        await db.People.Where(person => person.Id == shot.PersonId)
            .ExecuteUpdateAsync(person => person.SetProperty(each => each.ChangedAt, each => each.ChangedAt), cancellationToken);
        if (!await db.Shots.AnyAsync(each => each.Id == shot.Id, cancellationToken))
        {
            return false;
        }

        await db.ShotTemplates.Where(template => template.ShotId == shot.Id).ExecuteDeleteAsync(cancellationToken);
        db.ShotTemplates.Add(templateSeal.Seal(shot.PersonId, shot.Id, embedding));
        await db.SaveChangesAsync(cancellationToken);
        await change.CommitAsync(cancellationToken);
        templates.Forget(shot.PersonId);
        return true;
    }

    [LoggerMessage(LogLevel.Information, "A picture of person {PersonId}, pose {Pose}, was stored: camera {CameraId}, lease {LeaseRef}, account {AccountId}")]
    private partial void LogStored(Guid personId, string pose, string cameraId, string leaseRef, string accountId);

    [LoggerMessage(LogLevel.Information, "The picture of person {PersonId}, pose {Pose}, was deleted by account {AccountId}")]
    private partial void LogDeleted(Guid personId, string pose, string accountId);

    [LoggerMessage(LogLevel.Error, "The picture of person {PersonId}, pose {Pose}, cannot be decrypted: {Error}")]
    public static partial void LogUnreadable(ILogger logger, Guid personId, string pose, string error);
}
