using Attendance.Web.People;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.Reports;

/// <summary>Finds the person whom a report is of. A search is sent in the request body, and the address of its result contains no name.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class PeopleReportsModel(PeopleStore people, SearchToken token) : PageModel
{
    private const int LongestSearch = 200;

    [BindProperty]
    public string? Words { get; set; }

    [BindProperty]
    public int Number { get; set; } = 1;

    public PeoplePage Found { get; private set; } = new([], 1, 1, 0);

    public async Task OnGetAsync([FromQuery] string? search, CancellationToken cancellationToken)
    {
        if (token.Open(search) is { } wanted)
        {
            (Words, Number) = (wanted.Words, wanted.Page);
        }

        Found = await people.SearchAsync(new(Words, null, Number), cancellationToken);
        ModelState.Clear(); // show what was searched for, not what was posted
    }

    public IActionResult OnPost() => LocalRedirect(
        $"/reports/people?search={token.Seal(new(Words is { Length: > LongestSearch } ? Words[..LongestSearch] : Words, null, Number))}");
}
