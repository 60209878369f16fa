using Attendance.Web.Schedules;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;
using static Attendance.Web.Languages.Words;

namespace Attendance.Web.Reports;

/// <summary>What all pages of reports have: the days, the order, and a page of an address that names nobody.</summary>
internal abstract class ReportPageModel(IOptions<ScheduleOptions> schedules, TimeProvider clock) : PageModel
{
    [FromQuery(Name = "from")]
    public string? From { get; set; }

    [FromQuery(Name = "until")]
    public string? Until { get; set; }

    [FromQuery(Name = "sort")]
    public string? Sort { get; set; }

    public ReportRange Range { get; private set; } = null!;

    public ReportOrder Order => Sort switch { "name" => ReportOrder.Name, "percentage" => ReportOrder.Percentage, _ => ReportOrder.Usual };

    /// <summary>The days that a reader mostly wants, by the clock of the site.</summary>
    public IReadOnlyList<(string Name, ReportRange Range)> Presets { get; private set; } = [];

    /// <summary>The path of this page, for the links to other days.</summary>
    public string Path => HttpContext.Request.Path;

    /// <summary>What else of the address stays when the days change, as fields of a form.</summary>
    public virtual IReadOnlyList<(string Name, string Value)> Kept => Sort is null ? [] : [("sort", Sort)];

    public string Link(ReportRange? range = null, string? sort = null) =>
        $"{Path}?{(range ?? Range).Query}{string.Concat(Kept.Where(each => sort is null || each.Name != "sort").Select(each => $"&{each.Name}={Uri.EscapeDataString(each.Value)}"))}{(sort is null ? "" : $"&sort={sort}")}";

    /// <summary>Reads the days. If they cannot be read, the page says why and shows this month.</summary>
    protected void ReadRange()
    {
        var today = ReportRange.Today(schedules.Value.Zone, clock);
        Presets = [(T("This week"), ReportRange.WeekOf(today)), (T("This month"), ReportRange.MonthOf(today)), (T("Last {0} days", ReportRange.TermDays), ReportRange.TermUntil(today))];
        var (range, fault) = ReportRange.Read(From, Until, today);
        if (fault is { } wrong)
        {
            ModelState.AddModelError("", ReportWords.Of(wrong));
        }

        Range = range ?? ReportRange.MonthOf(today);
    }
}
