using System.Net;
using Attendance.Tests.CheckIn;
using Attendance.Tests.Hosts;
using Attendance.Web.Data;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Attendance.Tests.Doors;

/// <summary>Tests the page on which administrators choose cameras for doors. The camera API is away, so the page cannot reject an unknown camera.</summary>
public sealed class DoorPageTests : IAsyncLifetime
{
    private readonly AttendanceSite _site = new(new Uri("http://127.0.0.1:1"));
    private Visit _admin = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _admin = new(_site.Web.Address) { Cookie = (await _site.Web.SignInAsync(AccountRole.Admin)).Value };

    public async ValueTask DisposeAsync()
    {
        _admin.Dispose();
        await _site.DisposeAsync();
    }

    [Theory]
    [InlineData("/doors")]
    [InlineData("/demo")]
    public async Task Only_administrators_reach_the_doors_page(string page)
    {
        using var other = new Visit(_site.Web.Address) { Cookie = (await _site.Web.SignInAsync()).Value };

        Assert.Equal(HttpStatusCode.Forbidden, (await other.GetAsync(page)).Status);
        Assert.Equal(HttpStatusCode.OK, (await _admin.GetAsync(page)).Status);
    }

    [Fact]
    public async Task A_door_is_off_unless_the_administrator_says_that_somebody_watches_it()
    {
        (await AddAsync("Front door", "Hall", "door", isWatched: false)).Leads("/doors");
        Assert.Contains("Off: nobody watches it", (await _admin.GetAsync("/doors")).Text, StringComparison.Ordinal);
        var door = await _site.DbAsync(db => db.Doors.AsNoTracking().SingleAsync(Cancel));
        Assert.Equal(("Front door", "Hall", "door", false), (door.Name, door.Place, door.CameraId, door.IsWatched));

        (await _admin.PostAsync("/doors?handler=Watch", new() { ["id"] = $"{door.Id}", ["watched"] = "true" }, page: "/doors")).Leads("/doors");

        Assert.True(await _site.DbAsync(db => db.Doors.Select(each => each.IsWatched).SingleAsync(Cancel)));
        Assert.Contains("Waiting for a session", (await _admin.GetAsync("/doors")).Text, StringComparison.Ordinal);
        (await _admin.PostAsync("/doors?handler=Remove", new() { ["id"] = $"{door.Id}" }, page: "/doors")).Leads("/doors");
        Assert.Equal(0, await _site.DbAsync(db => db.Doors.CountAsync(Cancel)));
    }

    [Theory]
    [InlineData("", "Hall", "door", "Enter a name.")]
    [InlineData("Front door", "", "door", "Enter the place of the sessions that it serves.")]
    [InlineData("Front door", "Hall", "", "Enter the id of a camera of the server.")]
    [InlineData("Front door", "Hall", "auto", "The camera must be the id of a camera of the server.")]
    [InlineData("Front door", "Hall", "browser-0123456789abcdef0123456789abcdef-0123456789abcdef", "The camera must be the id of a camera of the server.")]
    [InlineData("Front door", "...", "door", "The place needs a letter or a digit")]
    public async Task An_invalid_value_is_explained_at_its_field(string name, string place, string camera, string words)
    {
        var answer = await AddAsync(name, place, camera);

        Assert.Contains(words, WebUtility.HtmlDecode(answer.Text), StringComparison.Ordinal);
        Assert.Equal(0, await _site.DbAsync(db => db.Doors.CountAsync(Cancel)));
    }

    [Fact]
    public async Task No_two_doors_have_one_camera()
    {
        (await AddAsync("Front door", "Hall", "door")).Leads("/doors");

        Assert.Contains("Another door has this camera.", (await AddAsync("Back door", "Yard", "door")).Text, StringComparison.Ordinal);
    }

    private Task<Answer> AddAsync(string name, string place, string camera, bool isWatched = true) => _admin.PostAsync("/doors", new()
    {
        ["Form.Name"] = name, ["Form.Place"] = place, ["Form.CameraId"] = camera, ["Form.IsWatched"] = isWatched ? "true" : "false",
    });
}
