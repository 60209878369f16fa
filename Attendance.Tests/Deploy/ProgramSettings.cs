using System.Reflection;
using Attendance.CameraApi.Cameras;
using Attendance.CameraApi.Leases;
using Attendance.Web.Security;
using Xunit;

namespace Attendance.Tests.Deploy;

/// <summary>The settings that a service reads.</summary>
internal static class ProgramSettings
{
    /// <summary>Sections that nobody binds as a whole.</summary>
    private static readonly string[] s_otherKeys = ["ConnectionStrings:sessions", "ConnectionStrings:attendance-db", "services:camera-api:http:0", "POD_IP", "ASPNETCORE_FORWARDEDHEADERS_ENABLED"];

    /// <summary>Of the camera API.</summary>
    public static Assembly CameraApi => typeof(LeaseOptions).Assembly;

    public static Assembly Web => typeof(SecurityOptions).Assembly;

    /// <param name="service">Its name in all files of <c>deploy/</c>.</param>
    public static Assembly Of(string service) => service switch
    {
        "web" => Web,
        "camera-api" => CameraApi,
        _ => throw new ArgumentException($"'{service}' is none of our services.", nameof(service)),
    };

    public static void AreKnown(string service, IEnumerable<string> variables) => Assert.All(variables, variable =>
    {
        var key = variable.Replace("__", ":", StringComparison.Ordinal);
        Assert.True(s_otherKeys.Contains(key) || IsBound(Of(service), key), $"{service} knows no '{key}'.");
    });

    /// <summary>Whether a class of options has a property for each part of the key.</summary>
    public static bool IsBound(Assembly assembly, string key)
    {
        var parts = key.Split(':');
        var at = Sections(assembly).GetValueOrDefault(parts[0]);
        foreach (var name in parts.Skip(1))
        {
            at = at == typeof(CamerasOptions) ? typeof(CameraOptions) : at?.GetProperty(name)?.PropertyType;
        }

        return at is not null;
    }

    private static Dictionary<string, Type> Sections(Assembly assembly) => assembly == CameraApi
        ? assembly.GetTypes().Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && !type.IsAbstract && !type.IsNested)
            .GroupBy(type => type.Name is nameof(LeaseOptions) ? "Leases" : type.Name is "AlertOptions" ? "Alerts" : type.Name[..^"Options".Length])
            .ToDictionary(group => group.Key, group => group.First())
        : assembly.GetTypes().Where(type => type.GetField("Section") is { IsLiteral: true })
            .ToDictionary(type => (string)type.GetField("Section")!.GetRawConstantValue()!, type => type);
}
