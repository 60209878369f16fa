using Attendance.Web.Kiosks;
using Microsoft.Playwright;
using NodaTime;
using OpenCvSharp;
using static Microsoft.Playwright.Assertions;

namespace Attendance.Tests.Browser;

/// <summary>The pages of attendance, as an administrator uses them.</summary>
internal static class AttendancePages
{
    /// <summary>Makes a group of these people, who are found by their first names.</summary>
    public static async Task MakeGroupAsync(IPage page, Uri web, string name, params IReadOnlyList<string> people)
    {
        await page.GotoAsync(new Uri(web, "/groups").ToString());
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add group" }).ClickAsync();
        foreach (var person in people)
        {
            await AddToGroupAsync(page, person);
        }

        await Expect(page.GetByText($"{people.Count} people")).ToBeVisibleAsync();
    }

    /// <summary>Adds somebody to the group whose page is open.</summary>
    public static async Task AddToGroupAsync(IPage page, string person)
    {
        await page.GetByLabel("Find people to add, by name or number").FillAsync(person);
        await page.GetByRole(AriaRole.Button, new() { Name = "Search" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Add {person}" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = $"Remove {person}" })).ToBeVisibleAsync();
    }

    /// <summary>Makes a schedule whose session of today starts in five minutes and lasts an hour, in a zone in which it is about noon, so that today is one day.</summary>
    /// <param name="now">The time, in UTC.</param>
    public static async Task MakeScheduleAsync(IPage page, Uri web, string name, string group, DateTime now, string place = "")
    {
        var zone = now.Hour < 12 ? $"Etc/GMT-{12 - now.Hour}" : now.Hour == 12 ? "Etc/GMT" : $"Etc/GMT+{now.Hour - 12}"; // the sign is as POSIX has it
        var start = Instant.FromDateTimeUtc(now).InZone(DateTimeZoneProviders.Tzdb[zone]).ToDateTimeUnspecified().AddMinutes(5);
        await page.GotoAsync(new Uri(web, "/schedules/new").ToString());
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel(group).CheckAsync();
        await page.GetByLabel(start.DayOfWeek.ToString()).CheckAsync();
        await page.GetByLabel("First day").FillAsync($"{start:yyyy-MM-dd}");
        await page.GetByLabel("Start", new() { Exact = true }).FillAsync($"{start:HH:mm}");
        await page.GetByLabel("Minutes", new() { Exact = true }).FillAsync("60");
        await page.GetByLabel("Time zone").FillAsync(zone);
        await page.GetByLabel("Place").FillAsync(place);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Save" })).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Show the next dates" }).ClickAsync();
        await Expect(page.Locator("#next li")).ToHaveCountAsync(5);
        await Expect(page.Locator("#next time").First).ToHaveAttributeAsync("datetime", $"{start:yyyy-MM-ddTHH:mm}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Next sessions" })).ToBeVisibleAsync();
    }

    /// <summary>Adds a kiosk that nobody watches, with the camera of its device.</summary>
    /// <returns>The code that sets up its device.</returns>
    public static async Task<string> AddKioskAsync(IPage page, Uri web, string name, string place)
    {
        await page.GotoAsync(new Uri(web, "/kiosks").ToString());
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("Place").FillAsync(place);
        await page.GetByRole(AriaRole.Button, new() { Name = "Add kiosk" }).ClickAsync();
        return await page.Locator("#setup-code").InnerTextAsync();
    }

    public static ILocator MarkOf(IPage page, string name) => page.Locator("tr[data-person]", new() { HasText = name }).Locator("[data-field='mark']");

    /// <summary>Corrects a mark at the sheet of a session, which is open, and leads to the page of that person's mark.</summary>
    public static async Task CorrectAsync(IPage page, string name, string mark, string reason)
    {
        await page.GetByRole(AriaRole.Link, new() { Name = $"Correct the mark of {name}" }).ClickAsync();
        await page.GetByLabel("Mark", new() { Exact = true }).SelectOptionAsync(mark);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save correction" }).ClickAsync();
        await Expect(page.GetByText("Enter the reason.")).ToBeVisibleAsync();
        await page.GetByLabel("Reason").FillAsync(reason);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save correction" }).ClickAsync();
    }

    public static ILocator ChangesOf(IPage page) => page.GetByRole(AriaRole.Region, new() { Name = "Who changed the mark" });

    /// <summary>Reads a QR code off the screen, as a kiosk does.</summary>
    public static async Task<string?> ReadQrAsync(ILocator picture)
    {
        using var shown = Cv2.ImDecode(await picture.ScreenshotAsync(), ImreadModes.Color);
        return QrReader.Read(shown);
    }
}
