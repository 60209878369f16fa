using Xunit;

namespace Attendance.Tests.Architecture;

/// <summary>Holds the floors of docs/architecture.md: a room uses lower ones only.</summary>
public sealed class FloorTests
{
    [Fact]
    public void In_the_camera_API_a_room_uses_lower_floors_only() => Assert.Empty(SourceRooms.Of("Attendance.CameraApi").UsesThatDoNotGoDown(
        "Node", "Telemetry", "Events", "Store", "Security", "Cameras", "Http", "Capture", "Quality", "Audit", "Leases", "Choice", "Sessions", "Upkeep", "Alerts", "Views",
        "Cluster", "Api", "Commands"));

    [Fact]
    public void In_Web_a_room_uses_lower_floors_only() => Assert.Empty(SourceRooms.Of("Attendance.Web").UsesThatDoNotGoDown(
        "Http", "Data", "Security", "Layout", "Accounts", "Forwarding", "Cameras", "Demo", "People", "Enrollment", "Operations"));

    [Theory]
    [InlineData("Attendance.AppHost")]
    [InlineData("Attendance.Benchmarks")]
    [InlineData("Attendance.Fuzz")]
    [InlineData("Attendance.ServiceDefaults")]
    public void No_two_rooms_use_each_other(string project) => Assert.Empty(SourceRooms.Of(project).UsesBothWays());

    [Fact]
    public void What_goes_up_is_told_with_both_files()
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
    public void A_room_without_a_floor_is_told()
    {
        var house = new SourceRooms("House", [("Attic/Box.cs", "namespace House.Attic;\nclass Box;")]);

        Assert.Equal(["Attic has no floor."], house.UsesThatDoNotGoDown("Cellar"));
    }

    [Fact]
    public void What_comments_and_texts_name_is_not_used()
    {
        var house = new SourceRooms("House",
        [
            ("Cellar/Wine.cs", "namespace House.Cellar;\n/// <see cref=\"House.Roof.Tile\"/>\nclass Wine { string name = \"House.Roof.Tile\"; }"),
            ("Roof/Tile.cs", "namespace House.Roof;\nclass Tile;"),
        ]);

        Assert.Empty(house.UsesThatDoNotGoDown("Cellar", "Roof"));
    }
}
