using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Import;

/// <summary>Lets the pages that receive files read as much as the settings say, in memory: no part of a file is ever written to disk.</summary>
internal sealed class UploadLimits(IOptions<ImportOptions> limits) : IPostConfigureOptions<RazorPagesOptions>
{
    public const int MostFiles = 10_000;

    /// <summary>What the form around a file takes.</summary>
    private const int Fields = 1024 * 1024;

    /// <summary>Runs after all others, because the framework replaces the conventions when it configures the options.</summary>
    public void PostConfigure(string? name, RazorPagesOptions options)
    {
        Limit(options, "/Import/Roster/NewPeople", limits.Value.LargestFile);
        Limit(options, "/Import/Timetables/NewTimetable", limits.Value.LargestFile);
        Limit(options, "/Import/Pictures/NewPictures", limits.Value.LargestPictures);
    }

    private static void Limit(RazorPagesOptions pages, string page, int largest) => pages.Conventions.AddPageApplicationModelConvention(page, model =>
    {
        model.Filters.Add(new TooLargeFilter(largest + Fields));
        model.Filters.Add(new RequestSizeLimitAttribute(largest + Fields) { Order = -1 });
        model.Filters.Add(new RequestFormLimitsAttribute
        {
            MultipartBodyLengthLimit = largest + Fields, MemoryBufferThreshold = largest + Fields, BufferBodyLengthLimit = largest + Fields, ValueCountLimit = MostFiles, Order = -1, // before anything reads the form
        });
    });

    /// <summary>Refuses what is too large before it is read. Pages say so before they send it, too.</summary>
    private sealed class TooLargeFilter(long largest) : IAuthorizationFilter, IOrderedFilter
    {
        public int Order => -2;

        public void OnAuthorization(AuthorizationFilterContext context)
        {
            if (context.HttpContext.Request.ContentLength > largest)
            {
                context.Result = new StatusCodeResult(StatusCodes.Status413PayloadTooLarge);
            }
        }
    }
}
