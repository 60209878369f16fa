using System.Collections.Frozen;
using System.Net.Mime;
using Microsoft.AspNetCore.Http;

namespace Attendance.LocalHosting.Dashboard.Site;

/// <summary>The pages and what they load, from this assembly.</summary>
internal static class PageFiles
{
    private const string Prefix = "pages/";

    private static readonly FrozenDictionary<string, (byte[] Content, string Type)> s_files = Read();

    public static IResult Get(string path) =>
        s_files.TryGetValue(path, out var file) ? Results.Bytes(file.Content, file.Type) : Results.NotFound();

    private static FrozenDictionary<string, (byte[] Content, string Type)> Read()
    {
        var assembly = typeof(PageFiles).Assembly;
        return assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).ToFrozenDictionary(
            name => name[Prefix.Length..].Replace('\\', '/'),
            name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var content = new byte[stream.Length];
                stream.ReadExactly(content);
                return (content, TypeOf(name));
            });
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => MediaTypeNames.Text.Html + "; charset=utf-8",
        ".css" => MediaTypeNames.Text.Css + "; charset=utf-8",
        ".js" => MediaTypeNames.Text.JavaScript + "; charset=utf-8",
        ".svg" => MediaTypeNames.Image.Svg,
        _ => MediaTypeNames.Application.Octet,
    };
}
