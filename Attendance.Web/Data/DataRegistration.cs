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
            builder.Services.AddSingleton(services => Open(connectionString, services.GetRequiredService<ILoggerFactory>())); // whose connections are closed with Web
            builder.Services.AddDbContext<AttendanceDb, PostgresAttendanceDb>((services, db) => db
                .UseNpgsql(services.GetRequiredService<NpgsqlDataSource>())
                .AddInterceptors(services.GetRequiredService<ChangeTimes>()));
            builder.EnrichNpgsqlDbContext<PostgresAttendanceDb>(settings =>
            {
                settings.DisableRetry = true; // each write is made once, in a transaction of our own
                settings.DisableHealthChecks = true; // DatabaseHealth checks both kinds of database
                settings.DisableTracing = true; // for consistency: SQLite has no tracing
            });
        }
        else
        {
            var options = builder.Configuration.GetSection(DataOptions.Section).Get<DataOptions>() ?? new();
            var file = Path.Combine(Folder(options, builder.Environment), "attendance.db");
            builder.Services.AddDbContext<AttendanceDb, SqliteAttendanceDb>((services, db) => db
                .UseSqlite(new SqliteConnectionStringBuilder { DataSource = file, ForeignKeys = true }.ToString())
                .AddInterceptors(new EraseWhatIsDeleted(), services.GetRequiredService<ChangeTimes>()));
        }

        builder.Services.AddSingleton<ChangeTimes>();
        builder.Services.AddOptionsWithValidateOnStart<DataOptions>().BindStrictly(DataOptions.Section);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning); // otherwise every command is logged
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore.Database", LogLevel.Critical); // a failure is also thrown, and logged by the code that catches it
        builder.Services.AddHostedService<DatabasePreparation>(); // must come before everything that reads the database at start, such as the key ring
        builder.Services.AddDataProtection().SetApplicationName("Attendance.Web").PersistKeysToDbContext<AttendanceDb>();
        builder.AddKeyProtection();
        builder.Services.AddSingleton<DatabaseHealth>(); // a singleton, because it remembers whether the last check failed
        builder.Services.AddHealthChecks().AddCheck<DatabaseHealth>("database");
        builder.Services.AddHostedService<KeyRingCheck>();
    }

    private static NpgsqlDataSource Open(string connectionString, ILoggerFactory logging)
    {
        try
        {
            return new NpgsqlDataSourceBuilder(connectionString) { Name = DataOptions.ConnectionName }.UseLoggerFactory(logging).Build();
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
#pragma warning disable MA0054 // the parser's own message may contain the password
            throw new InvalidOperationException($"ConnectionStrings:{DataOptions.ConnectionName} is not a PostgreSQL connection string.");
#pragma warning restore MA0054
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
