using System.Net;
using Attendance.Web.Accounts;
using Xunit;

namespace Attendance.Tests.Accounts;

public sealed class WeakPasswordTests(AccountSite site) : IClassFixture<AccountSite>
{
    [Theory]
    [InlineData("123456789012")]
    [InlineData("1234567890ab")]
    [InlineData("passwordpassword")]
    [InlineData("Password1234!")]
    [InlineData("P@ssw0rdP@ssw0rd")]
    [InlineData("qwertyuiop123")]
    [InlineData("qwertyqwerty")]
    [InlineData("1qaz2wsx3edc")]
    [InlineData("asdfghjkl1234")]
    [InlineData("iloveyou1234")]
    [InlineData("Summer2026!!")]
    [InlineData("administrator")]
    [InlineData("attendance2026")]
    [InlineData("abcabcabcabc")]
    [InlineData("aaaabbbbcccc")]
    [InlineData("zyxwvutsrqpo")]
    [InlineData("reception.desk")]
    [InlineData("Reception.Desk1")]
    public void A_commonly_guessed_password_is_weak(string password) => Assert.True(WeakPasswords.IsWeak(password, "reception.desk"));

    [Theory]
    [InlineData("a password to begin with")]
    [InlineData("the-first-password")]
    [InlineData("correct horse battery staple")]
    [InlineData("tb7xk-9mqhn-w3pdz")]
    [InlineData("Vier Stühle am Deich")]
    [InlineData("надежда умирает последней")]
    [InlineData("\ud83d\ude00\ud83d\udc36\ud83c\udf55\ud83d\ude80\ud83c\udf08\ud83c\udfb8")]
    public void An_uncommon_password_is_not_weak(string password) => Assert.False(WeakPasswords.IsWeak(password, "reception.desk"));

    [Fact]
    public async Task A_weak_password_is_refused_and_the_page_says_why()
    {
        using var visit = await site.VisitAsync(await site.AddAsync());

        (await visit.ChangePasswordAsync(AccountSite.Password, "123456789abc")).Says(HttpStatusCode.OK, "would be guessed soon");
    }
}
