using System.ComponentModel.DataAnnotations;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.People;

internal sealed class ConsentOptions
{
    public const string Section = "People:Consent";

    /// <summary>The name of the text. A changed text needs another version.</summary>
    public string Version { get; set; } = "2026-12";

    public string Text { get; set; } =
        """
        I agree that pictures of my face are taken with a camera and kept, so that I can be recognised when I check in. The
        pictures are stored encrypted and shown only to those who enroll people here. From each picture numbers are computed
        that describe my face; they are stored encrypted as well and compared with the faces in front of the cameras at which
        I check in. Pictures and numbers are used for attendance and for nothing else. I can withdraw this consent at any time
        without giving a reason; then every picture of me and all of these numbers are deleted at once, as they are when I am
        deleted here or when a picture is taken again. I can check in by a code instead, with equal rights.
        """.ReplaceLineEndings(" ");

    /// <summary>Whether those who agreed to an earlier version are asked again.</summary>
    public bool RequiresRenewal { get; set; }

    /// <summary>How long faces of those who have not renewed are still recognized, after the version came into force.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1000.00:00:00")]
    public TimeSpan RenewWithin { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long a guardian's consent is still used after the person has come of age.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1000.00:00:00")]
    public TimeSpan OfAgeGrace { get; set; } = TimeSpan.FromDays(30);
}

[OptionsValidator]
internal sealed partial class ConsentAnnotations : IValidateOptions<ConsentOptions>;

internal sealed class ConsentOptionsValidator : IValidateOptions<ConsentOptions>
{
    public ValidateOptionsResult Validate(string? name, ConsentOptions options) => options switch
    {
        { Version: null or "" or { Length: > ConsentText.VersionLength } } =>
            ValidateOptionsResult.Fail($"{ConsentOptions.Section}:Version must have 1 to {ConsentText.VersionLength} characters."),
        _ when string.IsNullOrWhiteSpace(options.Text) =>
            ValidateOptionsResult.Fail($"{ConsentOptions.Section}:Text is empty: set it to what people agree to."),
        _ => ValidateOptionsResult.Success,
    };
}

/// <summary>
/// Stores the current consent text at start, and since when those who agreed to another one are asked again. Refuses to start if another text is already stored under the same version.
/// </summary>
internal sealed class ConsentTexts(IServiceScopeFactory scopes, IOptions<ConsentOptions> options, TimeProvider clock) : IHostedService
{
    public string Version => options.Value.Version;

    public string Text => options.Value.Text;

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
        if (await StoredAsync(db, cancellationToken) is not { } stored)
        {
            db.ConsentTexts.Add(new ConsentText { Version = Version, Text = Text, RenewalSince = options.Value.RequiresRenewal ? Now : null });
            try
            {
                await db.SaveChangesAsync(cancellationToken);
                return;
            }
            catch (DbUpdateException exception) when (db.IsDuplicate(exception))
            {
                db.ChangeTracker.Clear(); // another replica was faster
                stored = (await StoredAsync(db, cancellationToken))!;
            }
        }

        if (stored.Text != Text)
        {
            throw new InvalidOperationException(
                $"{ConsentOptions.Section}:Text is not the text that people have agreed to as version '{Version}': "
                + $"set {ConsentOptions.Section}:Version to another version as well.");
        }

        if (options.Value.RequiresRenewal != (stored.RenewalSince is not null))
        {
            DateTime? since = options.Value.RequiresRenewal ? Now : null;
            await db.ConsentTexts.Where(text => text.Version == Version && text.RenewalSince == stored.RenewalSince) // of several replicas, the first one says since when
                .ExecuteUpdateAsync(text => text.SetProperty(each => each.RenewalSince, since), cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private Task<ConsentText?> StoredAsync(AttendanceDb db, CancellationToken cancellationToken) =>
        db.ConsentTexts.SingleOrDefaultAsync(text => text.Version == Version, cancellationToken);
}
