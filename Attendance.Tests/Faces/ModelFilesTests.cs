using Attendance.Tests.Hosts;
using Attendance.Web.Faces;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Attendance.Tests.Faces;

public sealed class ModelFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("attendance-models-");

    public static TheoryData<string> Files => [.. All(ModelFiles.Installed).Select(path => Path.GetFileName(path)!)];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public Task The_build_installs_the_models_that_were_measured() => ModelFiles.Installed.CheckAsync(Cancel);

    [Theory, MemberData(nameof(Files))]
    public async Task A_model_that_is_missing_is_told_with_what_to_do(string file)
    {
        var files = Copy();
        File.Delete(Path.Combine(_folder.FullName, file));

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => files.CheckAsync(Cancel));

        Assert.Contains($"{Path.Combine(_folder.FullName, file)} cannot be read", error.Message, StringComparison.Ordinal);
        Assert.Contains("npm ci", error.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Files))]
    public async Task A_model_of_which_one_bit_was_altered_is_told_with_what_to_do(string file)
    {
        var files = Copy();
        var path = Path.Combine(_folder.FullName, file);
        var bytes = await File.ReadAllBytesAsync(path, Cancel);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Cancel);

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => files.CheckAsync(Cancel));

        Assert.Contains($"{path} was altered", error.Message, StringComparison.Ordinal);
        Assert.Contains("npm ci", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Web_does_not_start_with_an_altered_model()
    {
        var files = Copy();
        await File.AppendAllTextAsync(files.RecognitionWeights, "!", Cancel);
        await using var web = new WebServer(new Uri("http://127.0.0.1:1")) { Adjust = services => services.AddSingleton(files) };

        var error = Assert.Throws<InvalidOperationException>(web.StartServer);

        Assert.Contains(files.RecognitionWeights, error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<string> All(ModelFiles files) => [files.Finder, files.RecognitionManifest, files.RecognitionWeights, files.Landmarks];

    private ModelFiles Copy()
    {
        foreach (var path in All(ModelFiles.Installed))
        {
            File.Copy(path, Path.Combine(_folder.FullName, Path.GetFileName(path)));
        }

        return ModelFiles.In(_folder.FullName);
    }
}
