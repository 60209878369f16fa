using Attendance.ServiceDefaults.Settings;
using Attendance.Web.Data.Protection;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Attendance.Web.Data;

internal static class DataRegistration
{
    public static void AddData(this IHostApplicationBuilder builder)
    {
        if (builder.Configuration.GetConnectionString(DataOptions.ConnectionName) is { Length: > 0 } connectionString)
        {
            builder.Services.AddDbContext<AttendanceDb, PostgresAttendanceDb>(db => db.UseNpgsql(Parse(connectionString)));
            builder.EnrichNpgsqlDbContext<PostgresAttendanceDb>(settings =>
            {
                settings.DisableRetry = true; // writes are made once, in transactions of ours
                settings.DisableHealthChecks = true; // DatabaseHealth answers for both databases
                settings.DisableTracing = true; // as SQLite has none
            });
        }
        else
        {
            var options = builder.Configuration.GetSection(DataOptions.Section).Get<DataOptions>() ?? new();
            var file = Path.Combine(Folder(options, builder.Environment), "attendance.db");
            builder.Services.AddDbContext<AttendanceDb, SqliteAttendanceDb>(db => db
                .UseSqlite(new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true }.ToString())
                .AddInterceptors(new EraseWhatIsDeleted()));
        }

        builder.Services.AddOptionsWithValidateOnStart<DataOptions>().BindStrictly(DataOptions.Section);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning); // every command otherwise
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Database", LogLevel.Critical); // a failure is thrown as well, and told by whoever catches it
        builder.Services.AddHostedService<DatabasePreparation>(); // before all that reads the database when it starts, the key ring first
        builder.Services.AddDataProtection().SetApplicationName("Attendance.Web").PersistKeysToDbContext<AttendanceDb>();
        builder.AddKeyProtection();
        builder.Services.AddSingleton<DatabaseHealth>(); // the check remembers whether it failed before
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth>("database");
        builder.Services.AddHostedService<KeyRingCheck>();
    }

    private static string Parse(string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString).ToString();
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // Without the parser's own message: it may quote the password.
            throw new InvalidOperationException($"ConnectionStrings:{DataOptions.ConnectionName} is not a PostgreSQL connection string.");
        }
    }

    private static string Folder(DataOptions options, IHostEnvironment environment)
    {
        if (string.IsNullOrWhiteSpace(options.Folder))
        {
            throw new InvalidOperationException($"{DataOptions.Section}:{nameof(DataOptions.Folder)} is empty: set it to the folder of the database.");
        }

        var folder = Path.GetFullPath(options.Folder, environment.ContentRootPath);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            return folder;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException(
                $"{DataOptions.Section}:{nameof(DataOptions.Folder)}: the folder cannot be made: {exception.Message}", exception);
        }
    }
}
