using Microsoft.Extensions.Options;

namespace Attendance.Web.Rights;

/// <summary>The rules of the configuration: <c>Rights:0:Camera=door-*</c>, <c>Rights:0:Watch:0=team:reception</c>.</summary>
internal sealed class RightsOptions : List<RightsRuleOptions>
{
    public const string Section = "Rights";

    /// <summary>Returns the rules, which have been validated.</summary>
    public IReadOnlyList<RightsRule> Rules() =>
    [
        .. this.Select(rule => CameraPattern.TryParse(rule.Camera, out var camera)
            ? new RightsRule(camera, GrantOf(rule.Watch), GrantOf(rule.Borrow), GrantOf(rule.Publish), IsConfigured: true)
            : throw new InvalidOperationException($"{Section} was not validated.")),
    ];

    private static Grant? GrantOf(IList<string> names) => names.Count > 0 ? Grant.Of([.. names]) : null;
}

internal sealed class RightsRuleOptions
{
    /// <summary>The id of a camera, or the beginning of ids with <c>*</c> at the end.</summary>
    public string? Camera { get; set; }

    /// <summary>Who has the right: <c>admin</c>, <c>operator</c>, <c>team:&lt;name&gt;</c>. A less specific rule decides if nobody is named.</summary>
    public IList<string> Watch { get; } = [];

    /// <inheritdoc cref="Watch"/>
    public IList<string> Borrow { get; } = [];

    /// <inheritdoc cref="Watch"/>
    public IList<string> Publish { get; } = [];
}

internal sealed class RightsOptionsValidator : IValidateOptions<RightsOptions>
{
    public ValidateOptionsResult Validate(string? name, RightsOptions options)
    {
        var failures = new List<string>();
        if (options.Count > RightsBook.MostRules)
        {
            failures.Add($"{RightsOptions.Section} may have {RightsBook.MostRules} rules at most.");
        }

        foreach (var (at, rule) in options.Index())
        {
            var key = $"{RightsOptions.Section}:{at}";
            if (!CameraPattern.TryParse(rule.Camera, out _))
            {
                failures.Add($"{key}:{nameof(rule.Camera)} {CameraPattern.Rule}");
            }
            else if (options.FindIndex(other => other.Camera == rule.Camera) is var first && first < at)
            {
                failures.Add($"{key}:{nameof(rule.Camera)} is that of {RightsOptions.Section}:{first} too. Write one rule for each pattern.");
            }

            (string Right, IList<string> Names)[] grants = [(nameof(rule.Watch), rule.Watch), (nameof(rule.Borrow), rule.Borrow), (nameof(rule.Publish), rule.Publish)];
            failures.AddRange(
                from grant in grants
                from one in grant.Names.Index()
                where !Grant.IsValid(one.Item)
                select $"{key}:{grant.Right}:{one.Index} {Grant.Rule}.");
            if (grants.All(grant => grant.Names.Count == 0))
            {
                failures.Add($"{key} names no right: give it {nameof(rule.Watch)}, {nameof(rule.Borrow)} or {nameof(rule.Publish)}.");
            }
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
