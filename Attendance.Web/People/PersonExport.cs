using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attendance.Web.Data;
using Attendance.Web.Faces.Recognition;
using Attendance.Web.Faces.Templates;
using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.People;

/// <summary>Exports everything that is stored about a person, to be given to that person.</summary>
internal sealed partial class PersonExport(AttendanceDb db, ShotStore shots, TemplateStore templates, GuardianSeal guardians, ILogger<PersonExport> logger)
{
    /// <summary>Contains neither name nor number, because the browser's download list would keep them.</summary>
    public const string FileName = "attendance-export.zip";

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // this is a file for people to read, and not part of a page
    };

    /// <summary>Returns everything that is kept of a person but the pictures themselves, by the names of the files of an export.</summary>
    /// <exception cref="CryptographicException">A template or a name cannot be decrypted.</exception>
    public async Task<IReadOnlyDictionary<string, JsonNode>> FilesAsync(Person person, string consentText, CancellationToken cancellationToken)
    {
        var embeddings = await templates.OfPersonAsync(person.Id, cancellationToken);
        return new Dictionary<string, JsonNode>(StringComparer.Ordinal)
        {
            ["person.json"] = JsonSerializer.SerializeToNode(Describe(person, consentText, embeddings), s_json)!,
            ["attendance.json"] = JsonSerializer.SerializeToNode(await AttendanceAsync(person.Id, cancellationToken), s_json)!,
            ["contacts.json"] = JsonSerializer.SerializeToNode(await ContactsAsync(person.Id, cancellationToken), s_json)!,
            ["privacy.json"] = JsonSerializer.SerializeToNode(await PrivacyAsync(person.Id, cancellationToken), s_json)!,
        };
    }

    /// <exception cref="CryptographicException">
    /// A picture, a template or a name cannot be decrypted. There is no export then, because an incomplete one would be worse.
    /// </exception>
    public async Task<byte[]> ZipAsync(Person person, string consentText, string accountId, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream(); // in memory, because a file would be another copy
        await using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in await FilesAsync(person, consentText, cancellationToken))
            {
                await AddAsync(zip, name, JsonSerializer.SerializeToUtf8Bytes(content, s_json), cancellationToken);
            }

            foreach (var shot in person.Shots.OrderBy(shot => shot.Pose))
            {
                if (await shots.PictureAsync(person.Id, shot.Pose, cancellationToken) is { } jpeg)
                {
                    await AddAsync(zip, $"{shot.Pose.Code()}.jpg", jpeg, cancellationToken);
                }
            }
        }

        LogExported(person.Id, accountId);
        return buffer.ToArray();
    }

    private object Describe(Person person, string consentText, IReadOnlyDictionary<Guid, FaceEmbedding> embeddings) => new
    {
        person_id = person.Id,
        person.FullName,
        person.Number,
        person.Group,
        person.CreatedAt,
        person.ChangedAt,
        person.LastSeenAt,
        person.GuardianUntil,
        person.GuardianSince,
        consent = person.Consent is { } given
            ? new { given.At, given.Version, given.RecordedBy, given_by = (given.Giver ?? ConsentGiver.Person).ToString(), guardian = guardians.Open(person), given.Evidence, text = consentText }
            : null,
        person.ConsentWithdrawnAt,
        pictures = person.Shots.OrderBy(shot => shot.Pose).Select(shot => new
        {
            pose = shot.Pose.Code(),
            file = $"{shot.Pose.Code()}.jpg",
            shot.TakenAt,
            shot.TakenBy,
            shot.Manual,
            shot.Width,
            shot.Height,
            shot.Sharpness,
            shot.Brightness,
            shot.Size,
            shot.Yaw,
            shot.Pitch,
            shot.CameraId,
            shot.LeaseRef,
            shot.FencingToken,
            template = embeddings.GetValueOrDefault(shot.Id) is { } embedding
                ? new { FaceEmbedder.Model, FaceEmbedder.Version, numbers = embedding.Numbers.ToArray() }
                : null,
        }),
    };

    /// <summary>Describes everything that attendance keeps about a person. Marks are not kept; they follow from the check-ins.</summary>
    private async Task<object> AttendanceAsync(Guid personId, CancellationToken cancellationToken)
    {
        var checkIns = await db.CheckIns.AsNoTracking().Include(each => each.Sessions).Where(each => each.PersonId == personId).OrderBy(each => each.At).ToListAsync(cancellationToken);
        var ids = checkIns.SelectMany(each => each.Sessions, (_, link) => link.SessionId).ToHashSet();
        var sessions = await db.Sessions.AsNoTracking().Where(session => ids.Contains(session.Id)).ToDictionaryAsync(session => session.Id, cancellationToken);
        return new
        {
            groups = await (
                from membership in db.Memberships
                where membership.PersonId == personId
                join one in db.Groups on membership.GroupId equals one.Id
                orderby membership.From
                select new { one.Name, membership.From, membership.Until }).ToListAsync(cancellationToken),
            check_ins = checkIns.Select(each => new
            {
                each.Id,
                each.At,
                each.RecordedAt,
                method = each.Method.ToString(),
                each.Place,
                each.KioskId,
                each.AccountId,
                states = each.States?.ToString(),
                each.Reason,
                each.Evidence,
                sessions = each.Sessions.Select(link => sessions[link.SessionId]).Select(session => new { session.Name, session.StartsAt, session.EndsAt }),
            }),
            codes = await db.PersonCodes.Where(code => code.PersonId == personId).Select(code => new { code.CodeIssuedAt, code.QrIssuedAt }).SingleOrDefaultAsync(cancellationToken),
            phones = await db.Phones.Where(phone => phone.PersonId == personId).OrderBy(phone => phone.IssuedAt)
                .Select(phone => new { phone.IssuedAt, phone.SetUpAt, phone.SeenAt }).ToListAsync(cancellationToken),
            told_to_webhooks = await db.WebhookMessages.Where(message => message.PersonId == personId).OrderBy(message => message.At)
                .Select(message => new { message.At, message.Type, message.Payload }).ToListAsync(cancellationToken),
            doubts = await db.FaceDoubts.Where(doubt => doubt.PersonId == personId || doubt.OtherId == personId).OrderBy(doubt => doubt.At)
                .Select(doubt => new { doubt.At, doubt.Place, doubt.KioskId, doubt.Evidence, doubt.SettledAt, settled_as_this_person = doubt.SettledAs == personId }).ToListAsync(cancellationToken),
            imports = (await (
                from item in db.ImportItems
                where item.PersonId == personId
                join run in db.ImportRuns on item.ImportId equals run.Id
                select new { run.Kind, run.State, run.CreatedAt, run.CreatedBy }).Distinct().OrderBy(run => run.CreatedAt).ToListAsync(cancellationToken))
                .Select(run => new { kind = run.Kind.ToString(), state = run.State.ToString(), run.CreatedAt, run.CreatedBy }),
            changes = await db.AuditEntries.Where(entry => entry.PersonId == personId).OrderBy(entry => entry.At)
                .Select(entry => new { entry.At, entry.AccountId, entry.Action, entry.Reason, entry.Detail }).ToListAsync(cancellationToken),
        };
    }

    /// <summary>Describes who is told about a person by mail, and what they were told, by kind. The mails themselves are not kept.</summary>
    private async Task<object> ContactsAsync(Guid personId, CancellationToken cancellationToken) => new
    {
        contacts = await db.Contacts.Where(contact => contact.PersonId == personId).OrderBy(contact => contact.CreatedAt).Select(contact => new
        {
            contact_id = contact.Id, contact.Name, contact.Email, relation = contact.Relation.ToString(), contact.Language, contact.GetsMails, contact.CreatedAt, contact.AskedAt,
            contact.ConfirmedAt, contact.UnsubscribedAt, contact.UndeliverableAt,
        }).ToListAsync(cancellationToken),
        notifications = await (
            from each in db.Notifications
            where each.PersonId == personId
            join rule in db.NotificationRules on each.RuleId equals rule.Id
            join session in db.Sessions on each.SessionId equals session.Id
            orderby each.At, each.Id
            select new
            {
                what = rule.Trigger.ToString(), each.IsCorrection, each.ContactId, address = each.ContactId == null ? each.Recipient : null, session = session.Name, session.StartsAt,
                each.DueAt, state = each.State.ToString(), each.EndedAt,
            }).ToListAsync(cancellationToken),
    };

    private async Task<object> PrivacyAsync(Guid personId, CancellationToken cancellationToken) => new
    {
        hold = await db.PersonHolds.Where(hold => hold.PersonId == personId).Select(hold => new { hold.SetAt, hold.SetBy, hold.Reason }).SingleOrDefaultAsync(cancellationToken),
        link = await db.PrivacyLinks.Where(link => link.PersonId == personId)
            .Select(link => new { link.MadeAt, link.MadeBy, link.Until, link.OpenedAt }).SingleOrDefaultAsync(cancellationToken),
        deletion_requests = await db.PrivacyRequests.Where(request => request.PersonId == personId).OrderBy(request => request.AskedAt)
            .Select(request => new { request.AskedAt, request.DueAt, request.RefusedAt, request.RefusedBy, request.Reason }).ToListAsync(cancellationToken),
    };

    private static async Task AddAsync(ZipArchive zip, string name, byte[] content, CancellationToken cancellationToken)
    {
        await using var entry = await zip.CreateEntry(name).OpenAsync(cancellationToken);
        await entry.WriteAsync(content, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Everything kept of person {PersonId} was exported by account {AccountId}")]
    private partial void LogExported(Guid personId, string accountId);
}
