using Microsoft.Extensions.Options;

namespace Attendance.Web.Demo;

/// <summary>The demo, which the AppHost sets up with <c>--Demo=true</c>: there is none unless both are set.</summary>
internal sealed class DemoOptions
{
    public const string Section = "Demo";

    /// <summary>The folder of npm's packages, some of which ship pictures of faces.</summary>
    public string? Samples { get; set; }

    /// <summary>The file of the film that is made of them, which the camera <c>door</c> plays.</summary>
    public string? Film { get; set; }

    /// <summary>The file that says that somebody has removed the demo. The AppHost deletes it when it starts.</summary>
    public string? Removal => Film is null ? null : Film + ".removed";

    public bool IsOn => Film is not null;
}

internal sealed class DemoOptionsValidator : IValidateOptions<DemoOptions>
{
    public ValidateOptionsResult Validate(string? name, DemoOptions options) => string.IsNullOrEmpty(options.Samples) == string.IsNullOrEmpty(options.Film)
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"{DemoOptions.Section}:{nameof(DemoOptions.Samples)} and {DemoOptions.Section}:{nameof(DemoOptions.Film)} go together.");
}
