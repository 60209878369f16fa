using System.Text.RegularExpressions;
using Xunit;

namespace Attendance.Tests.Contracts;

public sealed class IdFormatsTests
{
    [Theory]
    [InlineData("a", true)]
    [InlineData("Gate.2_left-side", true)]
    [InlineData("camera-with-an-id-of-sixty-four-characters-as-long-as-it-may-be0", true)]
    [InlineData("camera-with-an-id-of-sixty-five-characters-one-more-than-may-be00", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("-gate", false)]
    [InlineData(".", false)]
    [InlineData("gate\n", false)]
    [InlineData("gate/2", false)]
    [InlineData("gäte", false)]
    public void A_name_has_1_to_64_characters_that_need_no_escaping(string? text, bool isName) => Assert.Equal(isName, IdFormats.IsName(text));

    [Theory]
    [InlineData("door", true)]
    [InlineData("auto", false)]
    [InlineData("browser-0123456789abcdef0123456789abcdef-0123456789abcdef", false)]
    [InlineData("not/one", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void One_camera_of_the_server_is_neither_a_pages_nor_whichever_is_free(string? text, bool isOne) => Assert.Equal(isOne, IdFormats.IsServerCamera(text));

    [Theory]
    [InlineData(7, false)]
    [InlineData(8, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void A_session_has_8_to_128_characters(int length, bool isSession)
    {
        Assert.Equal(isSession, IdFormats.IsSession(new string('s', length)));
        Assert.False(IdFormats.IsSession(new string('s', length - 1) + "\n"));
        Assert.False(IdFormats.IsSession(new string('s', length - 1) + "."));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void A_lease_has_1_to_128_characters(int length, bool isLease) => Assert.Equal(isLease, IdFormats.IsLease(new string('l', length)));

    [Theory]
    [InlineData("browser-0123456789abcdef0123456789abcdef-0123456789abcdef", true)]
    [InlineData("browser-0123456789ABCDEF0123456789abcdef-0123456789abcdef", false)]
    [InlineData("browser-0123456789abcdef-0123456789abcdef", false)]
    [InlineData("browser-0123456789abcdef0123456789abcdef-0123456789abcdef\n", false)]
    public void The_camera_of_a_browser_names_its_profile_and_its_device(string text, bool isOne)
    {
        Assert.Equal(isOne, IdFormats.IsBrowserCamera(text));
        Assert.True(!isOne || IdFormats.IsName(text));
    }

    [Fact]
    public void The_page_has_the_format_of_a_session_that_the_services_have()
    {
        var script = File.ReadAllText(Repository.PathOf("Attendance.Web", "wwwroot", "js", "camera", "session-id.js"));

        Assert.Equal(IdFormats.SessionPattern, $@"\A{Regex.Match(script, @"/\^(?<pattern>.+)\$/\.test").Groups["pattern"].Value}\z");
    }

    [Fact]
    public void The_page_shortens_a_reason_to_what_the_services_accept()
    {
        var script = File.ReadAllText(Repository.PathOf("Attendance.Web", "wwwroot", "js", "camera", "api.js"));

        Assert.Contains($"reason.slice(0, {CleanupRequest.MaxReason})", script, StringComparison.Ordinal);
    }
}
