using Xunit;

namespace Attendance.Tests.Architecture;

/// <summary>Holds the floors of docs/architecture.md: a room uses lower ones only.</summary>
public sealed class FloorTests
{
    private const int LongestFile = 350;
    private static readonly string[] s_sources = [".cs", ".cshtml", ".css", ".js", ".lua"];

    [Fact]
    public void In_the_camera_API_a_room_uses_lower_floors_only() => Assert.Empty(SourceRooms.Of("Attendance.CameraApi").UsesThatDoNotGoDown(
        "Node", "Telemetry", "Events", "Store", "Security", "Cameras", "Capture", "Quality", "Audit", "Leases", "Choice", "Sessions", "Live", "Upkeep", "Alerts", "Views",
        "Cluster", "Api", "Commands"));

    [Fact]
    public void In_the_capture_worker_a_room_uses_lower_floors_only() => Assert.Empty(SourceRooms.Of("Attendance.CameraWorker").UsesThatDoNotGoDown(
        "Host", "Pictures", "Sources", "Network", "Pipes"));

    [Fact]
    public void In_Web_a_room_uses_lower_floors_only() => Assert.Empty(SourceRooms.Of("Attendance.Web").UsesThatDoNotGoDown(
        "Languages", "Http", "Data", "Mail", "Security", "Layout", "Audit", "Accounts", "Webhooks", "Rights", "Forwarding", "PhoneCameras", "Cameras", "Faces",
        "People", "Retention", "Schedules", "CheckIn", "Privacy", "Notifications", "ReadApi", "Reports", "Enrollment", "Import", "Kiosks", "Doors", "Demo", "Operations"));

    /// <summary>The projects that both services use are below both of them, and neither service references the other.</summary>
    [Theory]
    [InlineData("Attendance.Contracts", "Attendance.ServiceDefaults", "Attendance.CameraApi", "Attendance.Web", "Attendance.AppHost")]
    [InlineData("Attendance.ServiceDefaults", "Attendance.Contracts", "Attendance.CameraApi", "Attendance.Web", "Attendance.AppHost")]
    [InlineData("Attendance.CameraApi", "Attendance.Web", "Attendance.AppHost")]
    [InlineData("Attendance.Web", "Attendance.CameraApi", "Attendance.AppHost")]
    public void A_project_does_not_know_what_is_not_below_it(string project, params string[] others)
    {
        var file = File.ReadAllText(Repository.PathOf(project, project + ".csproj"));

        Assert.All(others, other => Assert.DoesNotContain($"{other}.csproj", file, StringComparison.Ordinal));
    }

    /// <summary>The format of an id is written in Contracts and, for what runs in a browser, held by the tests of Contracts.</summary>
    [Theory]
    [InlineData("Attendance.AppHost")]
    [InlineData("Attendance.CameraApi")]
    [InlineData("Attendance.ServiceDefaults")]
    [InlineData("Attendance.Web")]
    public void No_other_project_has_a_copy_of_the_formats(string project)
    {
        var sources = Directory.EnumerateFiles(Repository.PathOf(project), "*.cs*", SearchOption.AllDirectories).Where(path => !path.Contains("node_modules", StringComparison.Ordinal));

        Assert.All(sources, path => Assert.DoesNotMatch(@"_-\]\{+(0,63|0,127|1,128|8,128)\}|JsonPropertyName|""X-(Api-Key|Account|Fencing-Token|Timestamp)""", File.ReadAllText(path)));
    }

    [Theory]
    [InlineData("Attendance.AppHost")]
    [InlineData("Attendance.Benchmarks")]
    [InlineData("Attendance.CameraApi")]
    [InlineData("Attendance.CameraWorker")]
    [InlineData("Attendance.Capture")]
    [InlineData("Attendance.Contracts")]
    [InlineData("Attendance.Fuzz")]
    [InlineData("Attendance.Live")]
    [InlineData("Attendance.ServiceDefaults")]
    [InlineData("Attendance.SessionStore")]
    [InlineData("Attendance.Web")]
    public void No_file_of_a_product_is_longer_than_350_lines(string project)
    {
        var written = Directory.EnumerateFiles(Repository.PathOf(project), "*", SearchOption.AllDirectories)
            .Where(path => s_sources.Contains(Path.GetExtension(path)))
            .Where(path => !path.Split('/').Any(folder => folder is "node_modules" or "lib" or "Migrations") && !path.EndsWith("/languages/de.js", StringComparison.Ordinal)); // texts, not code

        Assert.All(written, path => Assert.True(File.ReadLines(path).Count() <= LongestFile, path));
    }

    [Theory]
    [InlineData("Attendance.AppHost")]
    [InlineData("Attendance.Benchmarks")]
    [InlineData("Attendance.Fuzz")]
    [InlineData("Attendance.ServiceDefaults")]
    [InlineData("Attendance.Tests")]
    public void No_two_rooms_use_each_other(string project) => Assert.Empty(SourceRooms.Of(project).UsesBothWays());

    [Fact]
    public void A_use_of_a_higher_room_is_reported_with_both_files()
    {
        var house = new SourceRooms("House",
        [
            ("Cellar/Wine.cs", "using House.Roof;\nnamespace House.Cellar;\nclass Wine { Tile? tile; }"),
            ("Roof/Tile.cs", "using House.Cellar;\nnamespace House.Roof;\nclass Tile { Wine? wine; }"),
            ("Roof/Gutter.cs", "namespace House.Roof;\nclass Gutter;"),
            ("Program.cs", "using House.Roof;"),
        ]);

        Assert.Equal(["Cellar/Wine.cs uses Roof (Roof/Tile.cs)."], house.UsesThatDoNotGoDown("Cellar", "Roof"));
        Assert.Equal(["Cellar/Wine.cs uses Roof (Roof/Tile.cs).", "Roof/Tile.cs uses Cellar (Cellar/Wine.cs)."], house.UsesBothWays());
    }

    [Fact]
    public void A_room_without_a_floor_is_reported()
    {
        var house = new SourceRooms("House", [("Attic/Box.cs", "namespace House.Attic;\nclass Box;")]);

        Assert.Equal(["Attic has no floor."], house.UsesThatDoNotGoDown("Cellar"));
    }

    [Theory]
    [InlineData("Cellar/Wine.cshtml", "@model Tile")]
    [InlineData("Cellar/Wine.cs", "class Wine { Tile? tile; }")]
    public void A_type_that_is_named_without_a_using_counts(string path, string text)
    {
        var house = new SourceRooms("House", [(path, text), ("Roof/Tile.cs", "namespace House.Roof;\ninternal sealed class Tile { class Nail; }")]);

        Assert.Equal([$"{path} uses Roof (Roof/Tile.cs)."], house.UsesThatDoNotGoDown("Cellar", "Roof"));
    }

    [Fact]
    public void Names_in_comments_and_string_literals_do_not_count()
    {
        var house = new SourceRooms("House",
        [
            ("Cellar/Wine.cs", "namespace House.Cellar;\n/// <see cref=\"House.Roof.Tile\"/>\nclass Wine { string name = \"House.Roof.Tile\"; }"),
            ("Roof/Tile.cs", "namespace House.Roof;\nclass Tile;"),
        ]);

        Assert.Empty(house.UsesThatDoNotGoDown("Cellar", "Roof"));
    }
}
