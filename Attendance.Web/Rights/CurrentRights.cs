using System.Data.Common;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Rights;

/// <summary>
/// Knows the rules and teams as they are now. They are read again after a second, because another replica may have changed them. While the
/// database is away, those that were read last hold.
/// </summary>
internal sealed class CurrentRights(IServiceScopeFactory scopes, IOptions<RightsOptions> options, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _reading = new(1, 1);
    private volatile Known? _known;

    /// <returns>The book. As long as nothing changes, it is the same object.</returns>
    public async ValueTask<RightsBook> ReadAsync(CancellationToken cancellationToken)
    {
        if (_known is { } fresh && IsFresh(fresh))
        {
            return fresh.Book;
        }

        await _reading.WaitAsync(cancellationToken);
        try
        {
            return _known is { } justRead && IsFresh(justRead) ? justRead.Book : await ReadAgainAsync(_known, cancellationToken);
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <summary>Reads the rules and teams anew the next time, because they have changed.</summary>
    public void Forget()
    {
        if (_known is { } known)
        {
            _known = known with { ReadAt = null };
        }
    }

    public void Dispose() => _reading.Dispose();

    private bool IsFresh(Known known) => known.ReadAt is { } readAt && clock.GetElapsedTime(readAt) < s_fresh;

    private async Task<RightsBook> ReadAgainAsync(Known? known, CancellationToken cancellationToken)
    {
        var readAt = clock.GetTimestamp();
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<AttendanceDb>();
            var stored = await db.CameraRules.AsNoTracking().OrderBy(rule => rule.Camera).ToListAsync(cancellationToken);
            var book = new RightsBook(options.Value.Rules(), stored.Select(RightsRule.From), await AccountTeams.ReadAsync(db, cancellationToken));
            var text = book.ToString();
            _known = text == known?.Text ? known with { ReadAt = readAt } : new Known(book, text, readAt);
        }
        catch (Exception exception) when (known is not null && (exception is DbException || DatabaseTrouble.Is(exception)))
        {
            _known = known with { ReadAt = readAt };
        }

        return _known.Book;
    }

    private sealed record Known(RightsBook Book, string Text, long? ReadAt);
}
