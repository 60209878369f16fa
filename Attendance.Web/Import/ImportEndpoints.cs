using System.Text.Json;
using Attendance.Web.Accounts;
using Attendance.Web.Data;
using Attendance.Web.Http;

namespace Attendance.Web.Import;

/// <summary>What the page of an import asks for while a worker is busy with it.</summary>
internal static class ImportEndpoints
{
    public static void MapImport(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/imports/{id:guid}", ProgressAsync).RequireAuthorization(AccountRegistration.AdminsOnly);

    private static async Task<IResult> ProgressAsync(Guid id, ImportStore imports, CancellationToken cancellationToken) =>
        await imports.FindAsync(id, cancellationToken) is { } run ? TypedResults.Ok(ImportProgress.Of(run)) : ApiProblems.NotFound();
}

/// <summary>How far an import is. It names nobody.</summary>
internal sealed record ImportProgress(Guid ImportId, string Kind, string State, int Items, int Handled, int New, int Changed, int Unchanged, int Leaving, int Refused)
{
    public static ImportProgress Of(ImportRun run) => new(
        run.Id, Code(run.Kind), Code(run.State), run.Items, run.Handled, run.New, run.Changed, run.Unchanged, run.Leaving, run.Refused);

    private static string Code(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
