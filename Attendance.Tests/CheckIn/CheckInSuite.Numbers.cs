using Attendance.Web.CheckIn.Codes;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.CheckIn;

public abstract partial class CheckInSuite
{
    [Fact]
    public async Task Too_many_wrong_faces_lock_the_number_of_one_person_for_a_while_and_not_the_code()
    {
        var code = (await _site.WithAsync<CodeStore, string?>(codes => codes.IssueCodeAsync(_ada, AttendanceSite.Account, Cancel)))!;
        for (var i = 0; i < 4; i++)
        {
            Assert.False(await WrongFaceAsync());
            Assert.False(await IsLockedAsync(_ada));
        }

        Assert.True(await WrongFaceAsync());
        Assert.False(await WrongFaceAsync()); // of another kiosk, at the same time

        Assert.Equal((true, false), (await IsLockedAsync(_ada), await IsLockedAsync(_bob)));
        Assert.IsType<CodeOutcome.Right>(await _site.WithAsync<CodeAttempts, CodeOutcome>(attempts => attempts.TryAsync("A-1", code, "Door", Cancel)));
        Assert.Null(await _site.WithAsync<CodeAttempts, DateTime?>(attempts => attempts.LockedUntilAsync(_ada, Cancel)));
        Assert.True(await IsLockedAsync(_ada));
        _site.Clock.Ahead += TimeSpan.FromMinutes(16);
        Assert.False(await IsLockedAsync(_ada));
        Assert.False(await WrongFaceAsync()); // counts anew
    }

    [Fact]
    public async Task Wrong_faces_are_forgotten_after_a_while_and_when_the_person_is_recognized_or_gets_a_new_code()
    {
        await WrongFacesAsync(4);
        _site.Clock.Ahead += TimeSpan.FromMinutes(16);
        await WrongFacesAsync(4);
        await _site.WithAsync<NumberAttempts, bool>(async numbers => { await numbers.PassedAsync(_ada, Cancel); return true; });
        await WrongFacesAsync(4);
        Assert.True(await WrongFaceAsync());

        await _site.WithAsync<CodeStore, string?>(codes => codes.IssueCodeAsync(_ada, AttendanceSite.Account, Cancel));

        Assert.False(await IsLockedAsync(_ada));
        Assert.Equal(0, await _site.DbAsync(db => db.CodeCounts.CountAsync(Cancel)));
    }

    private async Task WrongFacesAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.False(await WrongFaceAsync());
        }
    }

    private Task<bool> WrongFaceAsync() => _site.WithAsync<NumberAttempts, bool>(numbers => numbers.FailedAsync(_ada, Cancel));

    private Task<bool> IsLockedAsync(Guid person) => _site.WithAsync<NumberAttempts, bool>(numbers => numbers.IsLockedAsync(person, Cancel));
}
