using Attendance.Web.Data;
using Attendance.Web.Faces.Templates;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.People;

/// <summary>Lists and searches people. A search is sent in the request body, and the address of its result contains no name.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class PeopleModel(PeopleStore people, TemplateRenewal renewal, SearchToken token) : PageModel
{
    private const int LongestSearch = 200;

    [BindProperty]
    public string? Words { get; set; }

    [BindProperty]
    public string? Group { get; set; }

    /// <summary>Whether only people are listed whose consent must be renewed.</summary>
    [BindProperty]
    public bool ToRenew { get; set; }

    [BindProperty]
    public int Number { get; set; } = 1;

    public PeoplePage Found { get; private set; } = new([], 1, 1, 0);

    public IReadOnlyList<string> Groups { get; private set; } = [];

    /// <summary>How far the recognition data of stored pictures is computed. Null if all of it is there, and for those who are no administrators.</summary>
    public TemplateProgress? Progress { get; private set; }

    public bool IsSearch => !string.IsNullOrWhiteSpace(Words) || !string.IsNullOrEmpty(Group) || ToRenew;

    public async Task OnGetAsync([FromQuery] string? search, CancellationToken cancellationToken)
    {
        if (token.Open(search) is { } wanted)
        {
            (Words, Group, Number, ToRenew) = wanted;
        }

        Groups = await people.GroupsAsync(cancellationToken);
        Found = await people.SearchAsync(new(Words, Group, Number, ToRenew), cancellationToken);
        Progress = User.IsInRole(nameof(AccountRole.Admin)) ? renewal.Progress : null;
        ModelState.Clear(); // show what was searched for, not what was posted
    }

    /// <summary>Redirects to the result, so that the browser's Back button shows it again without asking whether to resend a form.</summary>
    public IActionResult OnPost() => IsSearch || Number > 1
        ? LocalRedirect($"/people?search={token.Seal(new(Shortened(Words), Shortened(Group), Number, ToRenew))}")
        : LocalRedirect("/people");

    private static string? Shortened(string? text) => text is { Length: > LongestSearch } ? text[..LongestSearch] : text;
}
