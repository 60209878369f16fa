using Attendance.Web.CheckIn;
using Attendance.Web.CheckIn.Codes;
using Attendance.Web.CheckIn.Phones;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.CheckIn;

public abstract partial class CheckInSuite
{
    [Fact]
    public async Task A_QR_code_is_valid_until_it_is_revoked_and_one_on_a_phone_for_half_a_minute()
    {
        var tokens = await _site.WithAsync<QrTokens, QrTokens>(Task.FromResult);
        var paper = (await _site.WithAsync<CodeStore, string?>(codes => codes.IssueQrAsync(_ada, AttendanceSite.Account, Cancel)))!;
        Assert.DoesNotContain(_ada.ToString("N"), paper, StringComparison.OrdinalIgnoreCase);
        Assert.NotNull(await EvidenceAsync(paper));
        Assert.Null(tokens.Read(paper[..^2] + "AA"));
        Assert.Null(tokens.Read("garbage"));
        var phoneId = await PhoneAsync(_ada);
        var (phone, until) = tokens.ForPhone(phoneId);
        Assert.InRange(until - _site.Clock.UtcNow, TimeSpan.Zero, QrTokens.PhoneStep);
        Assert.Equal(_ada, (await EvidenceAsync(phone))?.PersonId);
        _site.Clock.Ahead += TimeSpan.FromSeconds(41);
        Assert.Null(tokens.Read(phone));
        Assert.NotNull(tokens.Read(paper));

        var next = (await _site.WithAsync<CodeStore, string?>(codes => codes.IssueQrAsync(_ada, AttendanceSite.Account, Cancel)))!;
        Assert.Null(await EvidenceAsync(paper));
        Assert.NotNull(await EvidenceAsync(next));
        await _site.WithAsync<CodeStore, bool>(async codes =>
        {
            await codes.RevokeQrAsync(_ada, AttendanceSite.Account, Cancel);
            return true;
        });
        Assert.Null(await EvidenceAsync(next));
        Assert.NotNull(await EvidenceAsync(tokens.ForPhone(phoneId).Token)); // paper that was lost is no reason to take away a phone
        await _site.WithAsync<PhoneStore, bool>(async phones =>
        {
            await phones.RevokeAsync(_ada, phoneId, AttendanceSite.Account, Cancel);
            return true;
        });
        Assert.Null(await EvidenceAsync(tokens.ForPhone(phoneId).Token));
    }

    [Fact]
    public async Task A_phone_is_set_up_once_by_the_last_code_and_not_after_its_time()
    {
        var first = await CodeAsync();
        var second = await CodeAsync();
        Assert.Null(await SetUpAsync(first));
        var set = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => SetUpAsync($" {second[..4]}-{second[4..].ToLowerInvariant()}"))));
        Assert.Single(set, phone => phone is not null);

        var late = await CodeAsync();
        _site.Clock.Ahead += TimeSpan.FromMinutes(16);
        Assert.Null(await SetUpAsync(late));
        Assert.Null(await SetUpAsync(null));

        for (var i = 1; i < PhoneStore.Most; i++)
        {
            await PhoneAsync(_ada);
        }

        Assert.IsType<PhoneIssue.TooMany>(await IssueAsync());
        Assert.Equal(PhoneStore.Most, (await _site.WithAsync<PhoneStore, IReadOnlyList<Phone>>(phones => phones.ListAsync(_ada, Cancel))).Count);

        Task<PhoneIssue> IssueAsync() => _site.WithAsync<PhoneStore, PhoneIssue>(phones => phones.IssueAsync(_ada, AttendanceSite.Account, Cancel));
        async Task<string> CodeAsync() => Assert.IsType<PhoneIssue.Issued>(await IssueAsync()).Code;
        Task<Guid?> SetUpAsync(string? code) => _site.WithAsync<PhoneStore, Guid?>(phones => phones.SetUpAsync(code, Cancel));
    }

    [Fact]
    public async Task Whoever_settles_a_doubt_is_told_where_the_person_is_not_marked()
    {
        var session = await _site.SessionAsync(_group, TimeSpan.Zero, place: "Main door");
        var (closed, none) = (await DoubtAsync("Main door"), await DoubtAsync("Nowhere"));
        await _site.DbAsync(async db =>
        {
            var day = (await db.Sessions.SingleAsync(each => each.Id == session, Cancel)).Day;
            db.ClosedPeriods.Add(new ClosedPeriod { FirstDay = day, LastDay = day, ClosedAt = _site.Clock.UtcNow, ClosedBy = AttendanceSite.Account });
            return await db.SaveChangesAsync(Cancel);
        });

        var refused = Assert.IsType<DoubtOutcome.NotMarked>(await SettleAsync(closed, _ada));

        Assert.Equal([("Lesson", StatementOutcome.PeriodClosed)], refused.Sessions);
        Assert.Empty(Assert.IsType<DoubtOutcome.NotMarked>(await SettleAsync(none, _ada)).Sessions);
        Assert.IsType<DoubtOutcome.NoDoubt>(await SettleAsync(closed, _ada)); // the doubt is settled even so
        Assert.Equal(0, await CountAsync());

        Task<Guid> DoubtAsync(string place) => _site.DbAsync(async db =>
        {
            var doubt = new FaceDoubt { At = _site.Clock.UtcNow, Until = _site.Clock.UtcNow.AddHours(1), KioskId = "kiosk-1", Place = place, PersonId = _ada, OtherId = _bob };
            db.FaceDoubts.Add(doubt);
            await db.SaveChangesAsync(Cancel);
            return doubt.Id;
        });
        Task<DoubtOutcome> SettleAsync(Guid id, Guid person) => _site.WithAsync<Doubts, DoubtOutcome>(doubts => doubts.SettleAsync(id, person, AttendanceSite.Account, Cancel));
    }

    private Task<QrEvidence?> EvidenceAsync(string text) => _site.WithAsync<QrCodes, QrEvidence?>(codes => codes.EvidenceAsync(text, Cancel));

    private Task<Guid> PhoneAsync(Guid person) => _site.WithAsync<PhoneStore, Guid>(async phones =>
        (await phones.SetUpAsync(Assert.IsType<PhoneIssue.Issued>(await phones.IssueAsync(person, AttendanceSite.Account, Cancel)).Code, Cancel))!.Value);
}
