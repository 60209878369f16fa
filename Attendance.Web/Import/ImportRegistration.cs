using Attendance.ServiceDefaults.Settings;
using Attendance.Web.Import.Pictures;
using Attendance.Web.Import.Roster;
using Attendance.Web.Import.Timetables;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace Attendance.Web.Import;

internal static class ImportRegistration
{
    public static void AddImport(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<ImportOptions>().BindStrictly(ImportOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<ImportOptions>, ImportOptionsValidator>();
        builder.Services.AddSingleton<IPostConfigureOptions<RazorPagesOptions>, UploadLimits>();
        builder.Services.AddSingleton<ImportSeal>();
        builder.Services.AddSingleton<ImportSignal>();
        builder.Services.AddScoped<ImportStore>();
        builder.Services.AddScoped<ImportClaims>();
        builder.Services.AddScoped<ImportItems>();
        builder.Services.AddScoped<ImportApplication>();
        builder.Services.AddScoped<IImportKind, RosterImport>();
        builder.Services.AddScoped<PictureStore>();
        builder.Services.AddScoped<PictureUpload>();
        builder.Services.AddScoped<PictureJudge>();
        builder.Services.AddScoped<IImportKind, PictureImport>();
        builder.Services.AddScoped<IImportKind, TimetableImport>();
        builder.Services.AddHostedService<ImportWorker>();
    }
}
