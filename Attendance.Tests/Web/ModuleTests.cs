using System.Net;
using System.Text.RegularExpressions;
using Attendance.Web.Languages;
using Attendance.Web.Layout;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.FileProviders;
using Xunit;

namespace Attendance.Tests.Web;

/// <summary>Tests that a page names all the modules that it needs, so that a browser need not find them one after the other.</summary>
public sealed partial class ModuleTests : WebTest
{
    [Theory]
    [InlineData("/cameras/demo")]
    [InlineData("/cameras/browser")]
    [InlineData("/")]
    public async Task A_page_names_each_module_that_it_needs(string page)
    {
        var html = await Client.GetStringAsync(page, Cancel);
        var modules = Module().Matches(html).Select(match => match.Groups[1].Value).ToList();
        var named = Preload().Matches(html).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        for (var next = new Queue<string>(modules); next.TryDequeue(out var module);)
        {
            var text = await Client.GetStringAsync(module, Cancel);
            foreach (var imported in From().Matches(text).Select(match => new Uri(new Uri(Web.Address, module), match.Groups[1].Value).AbsolutePath).Where(needed.Add))
            {
                next.Enqueue(imported);
            }
        }

        Assert.All(modules, module => Assert.Matches("^/js/v-[0-9a-f]{16}/pages/", module));
        Assert.InRange(needed.Count, 3, int.MaxValue);
        Assert.Equal(needed.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("/", "de-AT", "/languages/de.js")]
    [InlineData("/", "fr", null)]
    [InlineData("/my-code/setup", "de", null)] // its module shows no text
    public async Task A_page_names_the_texts_of_its_language_if_it_shows_any(string page, string language, string? texts)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(page, UriKind.Relative));
        request.Headers.Add("Accept-Language", language);
        using var response = await Client.SendAsync(request, Cancel);
        var named = Preload().Matches(await response.Content.ReadAsStringAsync(Cancel)).Select(match => match.Groups[1].Value);

        Assert.Equal(texts is null ? [] : [texts], named.Select(module => OfVersion().Replace(module, "/")).Where(module => module.Contains("/languages/", StringComparison.Ordinal))
            .Select(module => module["/js".Length..]).Except(["/languages/text.js"], StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_module_of_this_version_is_kept_and_any_other_is_checked_each_time()
    {
        var module = Module().Match(await Client.GetStringAsync("/", Cancel)).Groups[1].Value;
        using var current = await Visitor.GetAsync(module, Cancel);
        using var other = await Visitor.GetAsync(OfVersion().Replace(module, "/v-0123456789abcdef/"), Cancel);
        using var none = await Visitor.GetAsync(OfVersion().Replace(module, "/"), Cancel);
        using var missing = await Client.GetAsync(module.Replace("pages", "nowhere", StringComparison.Ordinal), Cancel);

        Assert.Equal("public, max-age=31536000, immutable", current.Headers.CacheControl?.ToString());
        Assert.Equal(["no-cache", "no-cache"], [other.Headers.CacheControl?.ToString(), none.Headers.CacheControl?.ToString()]);
        Assert.Equal(await current.Content.ReadAsStringAsync(Cancel), await other.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.False(missing.Headers.CacheControl is { Public: true });
    }

    [Fact]
    public async Task The_version_changes_with_any_module()
    {
        var root = Directory.CreateTempSubdirectory("attendance-modules-");
        try
        {
            var pages = root.CreateSubdirectory("js").CreateSubdirectory("pages");
            await File.WriteAllTextAsync(Path.Combine(pages.FullName, "one.js"), "import '../two.js';", Cancel);
            await File.WriteAllTextAsync(Path.Combine(root.FullName, "js", "two.js"), "let a;", Cancel);
            using var files = new PhysicalFileProvider(root.FullName);
            var modules = new ModuleGraph(new WebRoot(files));
            var before = modules.Version;
            Assert.Equal([$"/js/v-{before}/two.js"], modules.NeededBy("/js/pages/one.js", SupportedLanguages.All[0]));

            await File.WriteAllTextAsync(Path.Combine(root.FullName, "js", "two.js"), "let b;", Cancel);

            await Eventually.TrueAsync(() => modules.Version != before, "it has another version");
            Assert.Equal($"/js/v-{modules.Version}/pages/one.js", modules.AddressOf("/js/pages/one.js"));
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }

    [GeneratedRegex("/v-[0-9a-f]{16}/", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OfVersion();

    [GeneratedRegex("""<script type="module" src="([^"]+)">""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Module();

    [GeneratedRegex("""<link rel="modulepreload" href="([^"]+)">""", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Preload();

    [GeneratedRegex("""^(?:import|\}) .*'(\.[^']+)';$""", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex From();

    private sealed class WebRoot(IFileProvider files) : IWebHostEnvironment
    {
        public string WebRootPath { get; set; } = "";

        public IFileProvider WebRootFileProvider { get; set; } = files;

        public string ApplicationName { get; set; } = "";

        public IFileProvider ContentRootFileProvider { get; set; } = files;

        public string ContentRootPath { get; set; } = "";

        public string EnvironmentName { get; set; } = "Development";
    }
}
