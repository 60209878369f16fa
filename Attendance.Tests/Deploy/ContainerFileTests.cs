using Xunit;

namespace Attendance.Tests.Deploy;

/// <summary>Tests what container files say; <see cref="PublishedTests"/> run what they build.</summary>
public sealed class ContainerFileTests
{
    [Theory]
    [InlineData("camera-api")]
    [InlineData("web")]
    public void A_container_file_copies_files_that_exist_and_does_not_run_as_root(string name)
    {
        var file = new ContainerFile(name);

        Assert.NotEmpty(file.Copied);
        Assert.All(file.Copied, source => Assert.True(Path.Exists(Repository.PathOf(source)), $"There is no {source}."));
        Assert.Equal(("1654:1654", "/app", "8080"), (file.User, file.Folder, file.Port));
        Assert.Equal(file.Port, file.Environment["ASPNETCORE_HTTP_PORTS"]);
    }

    /// <summary>A folder that is excluded from what the engine is sent must not be one that is copied.</summary>
    [Theory]
    [InlineData("camera-api")]
    [InlineData("web")]
    public void Nothing_that_is_copied_is_kept_from_the_build(string name)
    {
        var excluded = File.ReadAllLines(Repository.PathOf(".dockerignore"));

        Assert.All(new ContainerFile(name).Copied, source => Assert.DoesNotContain(source, excluded));
        Assert.All((string[])[".git", "artifacts", "**/.env", "**/.data", "**/node_modules"], secretOrLarge => Assert.Contains(secretOrLarge, excluded));
    }
}
