using Microsoft.EntityFrameworkCore;

namespace Attendance.Web.Data;

/// <summary>The tables of imports.</summary>
internal static class ImportModel
{
    public static void Build(ModelBuilder builder)
    {
        builder.Entity<ImportRun>(run =>
        {
            run.ToTable("import_runs");
            run.Property(each => each.Kind).HasConversion<string>().HasMaxLength(16);
            run.Property(each => each.State).HasConversion<string>().HasMaxLength(16);
            run.Property(each => each.Problem).HasMaxLength(ImportRun.ProblemLength);
            run.HasOne<ImportSource>().WithOne().HasForeignKey<ImportSource>(each => each.ImportId).OnDelete(DeleteBehavior.Cascade);
            run.HasMany<ImportItem>().WithOne().HasForeignKey(each => each.ImportId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<ImportSource>(source =>
        {
            source.ToTable("import_sources");
            source.HasKey(each => each.ImportId);
        });
        builder.Entity<ImportItem>(item =>
        {
            item.ToTable("import_items");
            item.HasKey(each => new { each.ImportId, each.Position });
            item.Property(each => each.Verdict).HasConversion<string>().HasMaxLength(16);
            item.HasOne<Person>().WithMany().HasForeignKey(each => each.PersonId).OnDelete(DeleteBehavior.Cascade);
            item.HasIndex(each => new { each.ImportId, each.Verdict, each.Position });
        });
    }
}
