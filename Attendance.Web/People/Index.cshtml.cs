using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Attendance.Web.People;

/// <summary>A search is sent in the body: what is searched for is a name mostly, and addresses are logged by many.</summary>
[ResponseCache(NoStore = true, Location = ResponseCacheLocation.None)]
internal sealed class PeopleModel(PeopleStore people) : PageModel
{
    private const int LongestSearch = 200;

    [BindProperty]
    public string? Words { get; set; }

    [BindProperty]
    public string? Group { get; set; }

    [BindProperty]
    public int Number { get; set; } = 1;

    public PeoplePage Found { get; private set; } = new([], 1, 1, 0);

    public IReadOnlyList<string> Groups { get; private set; } = [];

    public bool IsSearch => !string.IsNullOrWhiteSpace(Words) || !string.IsNullOrEmpty(Group);

    public Task OnGetAsync(CancellationToken cancellationToken) => SearchAsync(cancellationToken);

    public Task OnPostAsync(CancellationToken cancellationToken) => SearchAsync(cancellationToken);

    private async Task SearchAsync(CancellationToken cancellationToken)
    {
        Words = Words is { Length: > LongestSearch } ? Words[..LongestSearch] : Words;
        Groups = await people.GroupsAsync(cancellationToken);
        Found = await people.SearchAsync(Words, Group, Number, cancellationToken);
        ModelState.Clear(); // what is shown is what was searched for
    }
}
