using System.Security.Claims;
using Attendance.Web.Accounts;
using Attendance.Web.Data;

namespace Attendance.Web.Rights;

/// <summary>
/// The rules and the teams at one moment, and what follows from them. For each right, the most specific rule that names it for a camera
/// decides; where no rule does, every account has the right. Administrators always have all rights.
/// </summary>
/// <remarks>
/// Who may borrow may watch too. And where the rule that decides about watching is more specific than the one about borrowing, only those borrow
/// who may watch: a rule that keeps people from watching a camera is not to be evaded by borrowing it.
/// </remarks>
internal sealed class RightsBook
{
    /// <summary>The largest number of rules in the configuration, and on the page. All of them fit into a <see cref="CameraSelection"/>.</summary>
    public const int MostRules = (CameraSelection.Most - 1) / 2;

    private static readonly CameraPattern s_any = CameraPattern.TryParse("*", out var any) ? any : throw new InvalidOperationException("'*' is a pattern.");
    private static readonly CameraPattern s_published = CameraPattern.TryParse(PublishedCamera.Prefix + "*", out var published) ? published : throw new InvalidOperationException("It is a pattern.");
    private readonly AccountTeams _teams;
    private readonly RightsRule[] _rules;

    /// <param name="configured">Rules of the configuration. They win over a rule of the page for the same pattern.</param>
    public RightsBook(IEnumerable<RightsRule> configured, IEnumerable<RightsRule> stored, AccountTeams teams)
    {
        _teams = teams;
        _rules = [.. configured.Concat(stored).DistinctBy(rule => rule.Camera.Text, StringComparer.Ordinal).OrderByDescending(rule => rule.Camera.Specificity)];
    }

    /// <summary>The rules that hold, the most specific first.</summary>
    public IReadOnlyList<RightsRule> Rules => _rules;

    /// <summary>Returns whether the user is held to the rules. Administrators and devices, which do for others what those may do, are not, and nobody is where there are none.</summary>
    public bool Limits(ClaimsPrincipal user) => _rules.Length > 0 && !user.IsInRole(nameof(AccountRole.Admin)) && !user.IsDevice();

    /// <remarks>The camera of a browser is the user's own, and needs no right until it is published, as another camera.</remarks>
    public bool May(ClaimsPrincipal user, CameraRight right, string cameraId) => !Limits(user) || IdFormats.IsBrowserCamera(cameraId) || Decide(user, right, rule => rule.Camera.Matches(cameraId));

    /// <summary>Returns whether there can be a camera, among those that a pattern matches, on which the user has the right.</summary>
    public bool MayAny(ClaimsPrincipal user, CameraRight right, CameraPattern among)
    {
        if (!Limits(user))
        {
            return true;
        }

        var areas = Areas().ToList();
        var most = areas.FindIndex(area => Covers(area, among)); // no camera is left for the less specific ones
        return areas.Take(most + 1).Any(area => area.Overlaps(among) && Decide(user, right, rule => Covers(rule.Camera, area)));
    }

    /// <summary>Returns whether the user may publish any camera. Which one it would be follows from the browser's profile and device, or from the pairing of a phone.</summary>
    public bool MayPublish(ClaimsPrincipal user) => MayAny(user, CameraRight.Publish, s_published);

    /// <summary>Returns the cameras on which the user has the right.</summary>
    /// <returns>A <see cref="CameraSelection"/>, or null for all cameras.</returns>
    public IReadOnlyList<string>? SelectionOf(ClaimsPrincipal user, CameraRight right)
    {
        if (!Limits(user))
        {
            return null;
        }

        var areas = Areas().Select(area => (Pattern: area, May: Decide(user, right, rule => Covers(rule.Camera, area)))).ToList();
        return areas.TrueForAll(area => area.May) ? null : [.. areas.Select(area => area.May ? area.Pattern.Text : CameraSelection.Not + area.Pattern.Text)];
    }

    /// <summary>Returns the book as one text, to compare it with that of another moment.</summary>
    public override string ToString() => string.Join('\n', _rules.Select(rule => rule.ToString())) + "\n\n" + _teams;

    /// <summary>Returns the patterns of all rules, the most specific first, and the one for the remaining cameras. All cameras whose most specific pattern is the same are treated alike.</summary>
    private IEnumerable<CameraPattern> Areas() => _rules.Select(rule => rule.Camera).Append(s_any).DistinctBy(pattern => pattern.Text, StringComparer.Ordinal);

    /// <summary>Returns whether a pattern matches everything that another one does.</summary>
    private static bool Covers(CameraPattern pattern, CameraPattern area) => pattern == area || (pattern.Specificity < area.Specificity && pattern.Overlaps(area));

    private bool Decide(ClaimsPrincipal user, CameraRight right, Func<RightsRule, bool> applies)
    {
        var (has, rank) = Find(user, right, applies);
        if (right == CameraRight.Watch)
        {
            var (borrows, borrowRank) = Find(user, CameraRight.Borrow, applies);
            return has || (borrows && borrowRank <= rank);
        }

        if (right == CameraRight.Borrow)
        {
            var (watches, watchRank) = Find(user, CameraRight.Watch, applies);
            return has && (watches || rank <= watchRank);
        }

        return has;
    }

    /// <returns>Whether the rule that decides gives the right, and its rank: a smaller one is more specific.</returns>
    private (bool Has, int Rank) Find(ClaimsPrincipal user, CameraRight right, Func<RightsRule, bool> applies)
    {
        var rank = Array.FindIndex(_rules, rule => rule.Of(right) is not null && applies(rule));
        var grant = rank < 0 ? Grant.Everybody : _rules[rank].Of(right)!;
        return (grant.Includes(AccountRole.Operator, _teams.Of(user)), rank < 0 ? _rules.Length : rank);
    }
}
