using System.Security.Claims;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Rights;
using Xunit;

namespace Attendance.Tests.Rights;

/// <summary>Tests what follows from rules: which one decides, and for whom.</summary>
public sealed class RightsBookTests
{
    private static readonly ClaimsPrincipal s_operator = User("one", nameof(AccountRole.Operator)), s_admin = User("boss", nameof(AccountRole.Admin));

    [Fact]
    public void Without_rules_everybody_may_do_everything()
    {
        var book = Book();

        Assert.All(CameraRights.All, right => Assert.True(book.May(s_operator, right, "door-1")));
        Assert.False(book.Limits(s_operator));
        Assert.Null(book.SelectionOf(s_operator, CameraRight.Borrow));
    }

    [Theory]
    [InlineData("door-1", true)]
    [InlineData("door-12", false)]
    [InlineData("door-2", true)]
    [InlineData("gate", false)]
    public void The_most_specific_rule_decides(string cameraId, bool may) => Assert.Equal(may, Book(
        Rule("*", watch: "admin", borrow: "admin"),
        Rule("door-*", watch: "operator"),
        Rule("door-1*", watch: "admin"),
        Rule("door-1", watch: "operator")).May(s_operator, CameraRight.Watch, cameraId));

    [Fact]
    public void A_right_that_a_rule_does_not_name_is_that_of_the_next_less_specific_rule()
    {
        var book = Book(Rule("*", borrow: "team:security"), Rule("door-*", publish: "admin"), Rule("door-1", watch: "operator"));

        Assert.False(book.May(s_operator, CameraRight.Borrow, "door-1")); // of *
        Assert.False(book.May(s_operator, CameraRight.Publish, "door-1")); // of door-*
        Assert.True(book.May(s_operator, CameraRight.Watch, "door-1"));
        Assert.True(book.May(s_operator, CameraRight.Watch, "gate")); // no rule names it
        Assert.True(book.May(s_operator, CameraRight.Publish, "gate"));
    }

    [Fact]
    public void A_team_has_what_a_rule_gives_it()
    {
        var book = Book(Rule("door-*", watch: "team:reception, team:security", borrow: "team:security"));

        Assert.Equal((false, false), (book.May(s_operator, CameraRight.Watch, "door-1"), book.May(s_operator, CameraRight.Borrow, "door-1")));
        Assert.Equal((true, false), (book.May(User("anna"), CameraRight.Watch, "door-1"), book.May(User("anna"), CameraRight.Borrow, "door-1")));
        Assert.Equal((true, true), (book.May(User("ben"), CameraRight.Watch, "door-1"), book.May(User("ben"), CameraRight.Borrow, "door-1")));
    }

    [Fact]
    public void Who_may_borrow_may_watch()
    {
        var book = Book(Rule("door-*", watch: "admin", borrow: "team:security"));

        Assert.True(book.May(User("ben"), CameraRight.Watch, "door-1"));
        Assert.False(book.May(s_operator, CameraRight.Watch, "door-1"));
    }

    [Fact]
    public void A_rule_about_watching_cannot_be_evaded_by_borrowing()
    {
        var book = Book(Rule("*", borrow: "operator"), Rule("door-*", watch: "team:security"));

        Assert.False(book.May(s_operator, CameraRight.Watch, "door-1"));
        Assert.False(book.May(s_operator, CameraRight.Borrow, "door-1"));
        Assert.True(book.May(User("ben"), CameraRight.Borrow, "door-1"));
    }

    [Fact]
    public void Administrators_may_do_everything_and_kiosks_are_not_limited()
    {
        var book = Book(Rule("*", watch: "team:nobody", borrow: "team:nobody", publish: "team:nobody"));

        Assert.All(CameraRights.All, right => Assert.True(book.May(s_admin, right, "door-1")));
        Assert.True(book.May(User(KioskSignIn.NameOf(Guid.NewGuid()), KioskSignIn.Role), CameraRight.Borrow, "door-1"));
    }

    [Fact]
    public void The_camera_of_a_browser_needs_no_right() => Assert.True(
        Book(Rule("*", watch: "admin", borrow: "admin")).May(s_operator, CameraRight.Borrow, "browser-0123456789abcdef0123456789abcdef-0123456789abcdef"));

    [Fact]
    public void A_rule_of_the_configuration_wins_over_that_of_the_page_for_the_same_pattern()
    {
        var book = new RightsBook([Rule("door-*", watch: "admin", borrow: "admin")], [Rule("door-*", watch: "operator", publish: "admin"), Rule("door-1", watch: "operator")], Teams());

        Assert.False(book.May(s_operator, CameraRight.Watch, "door-2"));
        Assert.True(book.May(s_operator, CameraRight.Publish, "door-2")); // the whole rule of the page is off
        Assert.True(book.May(s_operator, CameraRight.Watch, "door-1"));
    }

    [Fact]
    public void A_selection_has_the_cameras_that_may_be_used()
    {
        var book = Book(Rule("*", borrow: "admin"), Rule("door-*", borrow: "operator"), Rule("door-1", borrow: "admin"));

        Assert.Equal(["!door-1", "door-*", "!*"], book.SelectionOf(s_operator, CameraRight.Borrow));
        Assert.Null(book.SelectionOf(s_operator, CameraRight.Watch));
        Assert.Null(book.SelectionOf(s_admin, CameraRight.Borrow));
    }

    [Fact]
    public void A_selection_decides_as_the_rules_do()
    {
        string[] grants = ["admin", "operator", "team:security"], cameras = ["door", "door-1", "door-12", "do", "gate", "g"];
        string[] patterns = ["*", "d*", "door-*", "door-1", "door-1*", "gate"];
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            string? Some() => random.Next(3) == 0 ? null : grants[random.Next(grants.Length)];
            var book = Book([.. patterns.Where(_ => random.Next(2) == 0).Select(pattern => Rule(pattern, Some(), Some(), Some()))]);
            foreach (var right in CameraRights.All)
            {
                var selection = book.SelectionOf(User("ben"), right);
                Assert.True(selection is null || CameraSelection.IsValid(selection));
                Assert.All(cameras, camera => Assert.Equal(book.May(User("ben"), right, camera), selection is null || CameraSelection.Includes(selection, camera)));
            }
        }
    }

    [Fact]
    public void All_rules_that_there_may_be_fit_into_a_selection()
    {
        IEnumerable<RightsRule> Many(string name) => Enumerable.Range(0, RightsBook.MostRules).Select(at => Rule($"{name}-{at}", watch: "admin", borrow: "admin"));

        Assert.True(CameraSelection.IsValid(new RightsBook(Many("configured"), Many("stored"), Teams()).SelectionOf(s_operator, CameraRight.Watch)!));
    }

    [Theory]
    [InlineData("published-*", "admin", false)]
    [InlineData("published-*", "operator", true)]
    [InlineData("published-0*", "admin", true)]
    [InlineData("*", "admin", false)]
    public void It_is_known_whether_any_camera_of_a_pattern_may_be_published(string pattern, string publish, bool may) => Assert.Equal(
        may, Book(Rule(pattern, publish: publish)).MayAny(s_operator, CameraRight.Publish, Pattern("published-*")));

    [Fact]
    public void One_camera_that_may_be_published_is_found() => Assert.True(
        Book(Rule("published-*", publish: "admin"), Rule("published-0123456789abcdef", publish: "operator")).MayAny(s_operator, CameraRight.Publish, Pattern("published-*")));

    private static RightsBook Book(params RightsRule[] rules) => new([], rules, Teams());

    private static AccountTeams Teams() => new(new Dictionary<string, IReadOnlyList<string>> { ["anna"] = ["reception"], ["ben"] = ["security"] });

    private static RightsRule Rule(string camera, string? watch = null, string? borrow = null, string? publish = null) => new(Pattern(camera), Read(watch), Read(borrow), Read(publish));

    private static CameraPattern Pattern(string text) => CameraPattern.TryParse(text, out var pattern) ? pattern : throw new ArgumentException("It is no pattern.", nameof(text));

    private static Grant? Read(string? text) => Grant.TryRead(text, out var grant) ? grant : throw new ArgumentException($"'{text}' is no grant.", nameof(text));

    private static ClaimsPrincipal User(string id, string role = nameof(AccountRole.Operator)) =>
        new(new ClaimsIdentity([new(ClaimTypes.NameIdentifier, id), new(ClaimTypes.Role, role)], "test"));
}
